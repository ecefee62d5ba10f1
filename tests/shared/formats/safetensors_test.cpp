#include "shared/formats/safetensors.hpp"

#include <cmath>
#include <limits>
#include <sys/stat.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/tensor_files.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

const std::string kHeader = R"({"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
                            R"("b":{"dtype":"F64","shape":[],"data_offsets":[8,16]}})";
const std::string kData = raw<float>({1, -2}) + raw<double>({0.1});

/// The header of one tensor `w`.
std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"w":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

class SafetensorsTest : public testing::Test {
 protected:
  NamedTensors read(const std::string& bytes) { return read_safetensors(rewrite_file(file_, bytes)); }

  /// One tensor `w` of `dtype` that holds `values`.
  template <typename T>
  Tensor read_one(const std::string& dtype, const std::vector<T>& values) {
    const std::string bytes = raw(values);
    return read(safetensors_file(entry(dtype, "[" + std::to_string(values.size()) + "]",
                                       "[0," + std::to_string(bytes.size()) + "]"),
                                 bytes))
        .at("w");
  }

  template <typename... Parts>
  void expect_refused(const std::string& bytes, const Parts&... parts) {
    EXPECT_THROW_MESSAGE(read(bytes), DataError, file_, parts...) << bytes.substr(8);
  }

  /// The values are `size` zeros.
  template <typename... Parts>
  void expect_header_refused(const std::string& header, std::size_t size, const Parts&... parts) {
    expect_refused(safetensors_file(header, std::string(size, '\0')), parts...);
  }

  TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "gradients.safetensors";
};

TEST_F(SafetensorsTest, ReadsNamesShapesAndValues) {
  const NamedTensors tensors = read(safetensors_file(kHeader, kData));
  ASSERT_EQ(tensors.size(), 2U);
  EXPECT_EQ(tensors.at("a").shape(), (Shape{2, 1}));
  EXPECT_THAT(tensors.at("a").data<float>(), ElementsAre(1, -2));
  EXPECT_EQ(tensors.at("b").shape(), Shape{});
  EXPECT_THAT(tensors.at("b").data<double>(), ElementsAre(0.1));
}

TEST_F(SafetensorsTest, ReadsSixtyFourBitsAndBytesAsTheyAre) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(read_one<double>("F64", {0.1, -1e300}).data<double>(), ElementsAre(0.1, -1e300));
  EXPECT_THAT(read_one<float>("F32", {0.1F, -1e30F}).data<float>(), ElementsAre(0.1F, -1e30F));
  EXPECT_THAT(read_one<std::int64_t>("I64", {kMost, -kMost - 1}).data<std::int64_t>(),
              ElementsAre(kMost, -kMost - 1));
  EXPECT_THAT(read_one<std::uint8_t>("U8", {0, 255}).data<std::uint8_t>(), ElementsAre(0, 255));
}

TEST_F(SafetensorsTest, WidensOtherIntegersToInt64) {
  const auto int64s = [](const Tensor& tensor) {
    const auto values = tensor.data<std::int64_t>();
    return std::vector<std::int64_t>(values.begin(), values.end());
  };
  EXPECT_THAT(int64s(read_one<std::int8_t>("I8", {-128, 127})), ElementsAre(-128, 127));
  EXPECT_THAT(int64s(read_one<std::int16_t>("I16", {-32768, 32767})), ElementsAre(-32768, 32767));
  EXPECT_THAT(int64s(read_one<std::int32_t>("I32", {-2147483647 - 1, 2147483647})),
              ElementsAre(-2147483648LL, 2147483647));
  EXPECT_THAT(int64s(read_one<std::uint16_t>("U16", {0, 65535})), ElementsAre(0, 65535));
  EXPECT_THAT(int64s(read_one<std::uint32_t>("U32", {0, 4294967295})), ElementsAre(0, 4294967295));
  EXPECT_THAT(int64s(read_one<std::uint8_t>("BOOL", {0, 1})), ElementsAre(0, 1));
}

TEST_F(SafetensorsTest, ReadsHalfPrecisionExactly) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const Tensor half = read_one<std::uint16_t>(
      "F16", {0x0000, 0x0001, 0x03ff, 0x0400, 0x3555, 0x3c00, 0xc000, 0x7bff, 0x7c00, 0xfc00});
  EXPECT_THAT(half.data<float>(), ElementsAre(0, 0x1p-24F, 0x3ffp-24F, 0x1p-14F, 0x555p-12F, 1, -2, 65504,
                                              kInfinity, -kInfinity));
  const Tensor rest = read_one<std::uint16_t>("F16", {0x8000, 0x7e01});
  EXPECT_TRUE(std::signbit(rest.data<float>()[0]));
  EXPECT_TRUE(std::isnan(rest.data<float>()[1]));
  const Tensor bfloat = read_one<std::uint16_t>("BF16", {0x0000, 0x0001, 0x3f80, 0xc049, 0x7f7f, 0xff80});
  EXPECT_THAT(bfloat.data<float>(), ElementsAre(0, 0x1p-133F, 1, -3.140625F, 0x1.fep127F, -kInfinity));
}

TEST_F(SafetensorsTest, GivesTheTensorsInTheOrderOfTheirValues) {
  const NamedTensors tensors =
      read(safetensors_file(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[2,3]},)"
                            R"("b":{"dtype":"U8","shape":[0],"data_offsets":[2,2]},)"
                            R"("c":{"data_offsets":[0,2],"shape":[2],"dtype":"U8"}})",
                            "abc"));
  std::vector<std::string> names;
  for (const Tensor& tensor : tensors) names.push_back(tensor.name());
  EXPECT_THAT(names, ElementsAre("c", "b", "a"));
  EXPECT_THAT(tensors.at("a").data<std::uint8_t>(), ElementsAre('c'));
}

TEST_F(SafetensorsTest, IgnoresMetadataAndPadding) {
  EXPECT_EQ(
      read(safetensors_file(R"({"__metadata__":{"format":"pt"},)" + kHeader.substr(1) + "   ", kData)).size(),
      2U);
  EXPECT_EQ(read(safetensors_file("{}", "")).size(), 0U);
}

TEST_F(SafetensorsTest, ReadsWhatItWrites) {
  NamedTensors written;
  written.add({"bytes", {3}, std::vector<std::uint8_t>{1, 2, 255}});
  written.add({"w \"x\" ü", {2, 1, 2}, std::vector<float>{1, 2, 3, -0.1F}});
  written.add({"scalar", {}, std::vector<double>{1e-300}});
  written.add({"none", {2, 0}, std::vector<float>{}});
  written.add({"count", {1}, std::vector<std::int64_t>{-7}});
  const NamedTensors tensors = read(safetensors_bytes(written));
  ASSERT_EQ(tensors.size(), written.size());
  for (const Tensor& tensor : written) {
    const Tensor& other = tensors.at(tensor.name());
    EXPECT_EQ(other.shape(), tensor.shape());
    EXPECT_EQ(other.dtype(), tensor.dtype());
    EXPECT_EQ(other.to_doubles(), tensor.to_doubles());
  }
}

TEST_F(SafetensorsTest, MetadataAreTexts) {
  NamedTensors tensors;
  tensors.add({"w", {1}, std::vector<float>{1}});
  const std::map<std::string, std::string> metadata{{"format", "pt"}, {"note", "line\n\"quoted\""}};
  const std::filesystem::path file = rewrite_file(file_, safetensors_bytes(tensors, metadata));
  EXPECT_EQ(read_safetensors_with_metadata(file).metadata, metadata);
  EXPECT_EQ(read_safetensors_with_metadata(file).tensors.size(), 1U);
  EXPECT_THROW_MESSAGE(safetensors_bytes(tensors, {{"note", "\xff"}}), ShapeError, "UTF-8");
  for (const char* damaged : {R"({"__metadata__":{"format":1}})", R"({"__metadata__":"pt"})"})
    EXPECT_THROW_MESSAGE(read(safetensors_file(damaged, "")), DataError, file_, "metadata");
}

// Readers that map the file find every value on a multiple of its size.
TEST_F(SafetensorsTest, WritesAlignedValuesAndKeepsTheOrderOtherwise) {
  NamedTensors tensors;
  tensors.add({"a", {1}, std::vector<std::uint8_t>{1}});
  tensors.add({"b", {1}, std::vector<float>{1}});
  tensors.add({"c", {1}, std::vector<double>{1}});
  tensors.add({"d", {1}, std::vector<std::int64_t>{1}});
  const std::string bytes = safetensors_bytes(tensors);
  EXPECT_EQ(bytes.size() % 8, (8 + 8 + 4 + 1) % 8) << "the header is padded";
  std::vector<std::string> names;
  for (const Tensor& tensor : read(bytes)) names.push_back(tensor.name());
  EXPECT_THAT(names, ElementsAre("c", "d", "b", "a"));
}

TEST_F(SafetensorsTest, RefusesToWriteNamesThatCannotStandInTheHeader) {
  const auto named = [](const std::string& name) {
    NamedTensors tensors;
    tensors.add({name, {1}, std::vector<float>{1}});
    return tensors;
  };
  EXPECT_THROW_MESSAGE(safetensors_bytes(named("__metadata__")), ShapeError, "__metadata__");
  EXPECT_THROW_MESSAGE(safetensors_bytes(named("\xff")), ShapeError, "UTF-8");
}

TEST_F(SafetensorsTest, NamesAMissingFile) {
  EXPECT_THROW_MESSAGE(read_safetensors(file_), DataError, file_, "cannot open", "No such file");
}

TEST_F(SafetensorsTest, RefusesADirectoryAndAPipe) {
  EXPECT_THROW_MESSAGE(read_safetensors(folder_.path()), DataError, folder_.path(), "is a directory");
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_THROW_MESSAGE(read_safetensors(file_), DataError, file_, "is no regular file");
}

TEST_F(SafetensorsTest, RefusesAFileThatIsCutAnywhere) {
  const std::string bytes = safetensors_file(kHeader, kData);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    rewrite_file(file_, bytes.substr(0, size));
    EXPECT_THROW_MESSAGE(read_safetensors(file_), DataError, file_, "truncated") << "cut to " << size;
  }
}

TEST_F(SafetensorsTest, RefusesAHeaderOfImpossibleLength) {
  const auto with_length = [](std::uint64_t length) { return raw(std::vector{length}) + "{}"; };
  expect_refused(with_length(3), "the header takes 3 bytes, 2 are left");
  expect_refused(with_length(100'000'000), "the header takes 100000000 bytes");
  expect_refused(with_length(100'000'001), "announces 100000001 bytes, more than 100 MB");
  expect_refused(with_length(~std::uint64_t{0}), "announces 18446744073709551615 bytes");
}

TEST_F(SafetensorsTest, RefusesDamagedJson) {
  expect_header_refused("", 0, "does not begin with {");
  expect_header_refused(" {}", 0, "does not begin with {");
  expect_header_refused("[]", 0, "does not begin with {");
  expect_header_refused("{", 0, "damaged JSON at byte 2");
  expect_header_refused("{}{}", 0, "damaged JSON at byte 3");
  expect_header_refused("{\"a\n\":1}", 0, "damaged JSON");
  expect_header_refused("{\"\xff\":1}", 0, "damaged JSON");
  expect_header_refused(R"({"a":1e999})", 0, "number out of range");
  expect_header_refused("{\"a\":{\"shape\":" + std::string(100000, '['), 0, "nested too deeply");
  expect_header_refused(R"({"a":{"b":{"c":{}}}})", 0, "nested too deeply");
}

TEST_F(SafetensorsTest, RefusesNamesThatOccurTwice) {
  const std::string w = entry("F32", "[1]", "[0,4]"), other = entry("F32", "[1]", "[4,8]");
  expect_header_refused(w.substr(0, w.size() - 1) + "," + other.substr(1), 8, R"(names "w" twice)");
  expect_header_refused(R"({"w":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1,
                        R"(names "dtype" twice)");
}

TEST_F(SafetensorsTest, RefusesNamesThatCannotBePrinted) {
  for (const char* name : {"", R"(a\nb)", R"(\u001b[2J)", R"(\u0000)"})
    expect_header_refused(
        std::string(R"({")") + name + R"(":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1,
        "name of a tensor");
}

TEST_F(SafetensorsTest, RefusesEntriesThatAreNone) {
  expect_header_refused(R"({"w":3})", 0, "tensor w: the header gives no dtype");
  expect_header_refused(R"({"w":{"dtype":"U8","shape":[1]}})", 1,
                        "tensor w: the header gives no data_offsets");
  expect_header_refused(R"({"w":{"dtype":"U8","data_offsets":[0,1]}})", 1, "gives no shape");
  expect_header_refused(R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}})", 1,
                        "says more than it may");
}

TEST_F(SafetensorsTest, RefusesOtherDtypes) {
  for (const char* dtype : {"F8_E4M3", "U64", "C64", "f32", "", R"(\n)"})
    expect_header_refused(entry(dtype, "[1]", "[0,8]"), 8, std::string("tensor w: dtype \"") + dtype + "\"",
                          "save it as float32");
  expect_header_refused(R"({"w":{"dtype":5,"shape":[1],"data_offsets":[0,1]}})", 1, "dtype 5");
}

TEST_F(SafetensorsTest, RefusesShapesThatAreNone) {
  expect_header_refused(entry("U8", "1", "[0,1]"), 1, "tensor w: the shape is no list");
  expect_header_refused(entry("U8", "[-1]", "[0,1]"), 1, "tensor w: extent -1 is no size");
  expect_header_refused(entry("U8", "[1.0]", "[0,1]"), 1, "extent 1.0 is no size");
  expect_header_refused(entry("U8", R"(["1"])", "[0,1]"), 1, R"(extent "1" is no size)");
  expect_header_refused(entry("U8", "[[1]]", "[0,1]"), 1, "nested too deeply");
  expect_header_refused(entry("U8", "[9223372036854775808]", "[0,1]"), 1, "9223372036854775808 is no size");
  for (const char* shape :
       {"[4294967296,2147483648]", "[9223372036854775807,2]", "[9223372036854775807,2,0]"})
    expect_header_refused(entry("U8", shape, "[0,0]"), 0, "too large for a shape");
  expect_header_refused(entry("F64", "[1152921504606846976]", "[0,0]"), 0, "too large for a shape");
}

// 2^40 values must not be allocated when the file holds eight bytes.
TEST_F(SafetensorsTest, RefusesHugeShapesOfATinyFile) {
  expect_header_refused(entry("F32", "[1099511627776]", "[0,8]"), 8, "span 8 bytes", "takes 4398046511104");
  expect_header_refused(entry("F32", "[1099511627776]", "[0,4398046511104]"), 8,
                        "truncated, it ends at 4398046511104 of 8 bytes");
}

TEST_F(SafetensorsTest, RefusesOffsetsThatDoNotFit) {
  expect_header_refused(entry("F32", "[2]", "[0,4]"), 4, "0…4 span 4 bytes, but 2 of F32 takes 8");
  expect_header_refused(entry("F32", "[2]", "[8,0]"), 8, "8…0 go backwards");
  expect_header_refused(entry("F32", "[2]", "[0,8]"), 7, "truncated, it ends at 8 of 7 bytes");
  expect_header_refused(entry("F32", "[2]", "[0,8]"), 9, "1 bytes of trailing garbage");
  expect_header_refused(entry("F32", "[2]", "[1,9]"), 9, "begins at 1, behind a gap that begins at 0");
  expect_header_refused(entry("F32", "[2]", "[-8,0]"), 8, "offset -8 is no size");
  expect_header_refused(entry("F32", "[2]", "[0]"), 8, "data_offsets are no pair");
  expect_header_refused(entry("F32", "[2]", "8"), 8, "data_offsets are no pair");
  expect_header_refused("{}", 1, "1 bytes of trailing garbage");
  const std::string two = R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                          R"("b":{"dtype":"U8","shape":[2],"data_offsets":)";
  expect_header_refused(two + "[1,3]}}", 3, "tensor b: it begins at 1, within the tensor before");
  expect_header_refused(two + "[0,2]}}", 2, "tensor b: it begins at 0, within the tensor before");
  expect_header_refused(two + "[3,5]}}", 5, "tensor b: it begins at 3, behind a gap that begins at 2");
}

TEST_F(SafetensorsTest, SurvivesEveryByteInItsHeader) {
  const std::string bytes = safetensors_file(kHeader, kData);
  int refused = 0, total = 0;
  for (std::size_t i = 0; i < bytes.size() - kData.size(); ++i)
    for (const int byte : {0x00, 0x20, 0x22, 0x2c, 0x2d, 0x31, 0x39, 0x5b, 0x5d, 0x7b, 0x7d, 0x7f, 0xff}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(byte);
      ++total;
      try {
        ASSERT_EQ(read(damaged).size(), 2U);
      } catch (const DataError&) {
        ++refused;
      }
    }
  EXPECT_GT(refused, 0.8 * total);
}

}  // namespace
}  // namespace twin
