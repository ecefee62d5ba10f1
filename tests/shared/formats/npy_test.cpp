#include "shared/formats/npy.hpp"

#include <limits>

#include "shared/errors.hpp"
#include "shared/formats/safetensors.hpp"
#include "shared/formats/tensor_file.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/idx_files.hpp"
#include "tests/support/tensor_files.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

const std::string kSixNumbers = raw<float>({1, 2, 3, 4, 5, 6});
const std::string kArray = npy_bytes("<f4", "(2, 3)", kSixNumbers);

/// A header around `shape`.
std::string header(const std::string& shape) {
  return "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }\n";
}

void expect_equal(const Tensor& actual, const Tensor& expected) {
  EXPECT_EQ(actual.name(), expected.name());
  EXPECT_EQ(actual.shape(), expected.shape());
  EXPECT_EQ(actual.dtype(), expected.dtype());
  EXPECT_EQ(actual.to_doubles(), expected.to_doubles());
}

class NpyTest : public testing::Test {
 protected:
  Tensor read(const std::string& bytes) { return read_npy(rewrite_file(file_, bytes)); }

  template <typename... Parts>
  void expect_refused(const std::string& bytes, const Parts&... parts) {
    EXPECT_THROW_MESSAGE(read(bytes), DataError, file_, parts...) << bytes;
  }

  TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "weight.npy";
};

TEST_F(NpyTest, ReadsShapeAndValues) {
  const Tensor tensor = read(kArray);
  EXPECT_EQ(tensor.name(), "weight");
  EXPECT_EQ(tensor.shape(), (Shape{2, 3}));
  EXPECT_THAT(tensor.data<float>(), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_F(NpyTest, ReadsScalarsVectorsAndNothing) {
  EXPECT_EQ(read(npy_bytes("<f8", "()", raw<double>({0.1}))).shape(), Shape{});
  EXPECT_EQ(read(npy_bytes("<f8", "(1,)", raw<double>({0.1}))).shape(), Shape{1});
  EXPECT_EQ(read(npy_bytes("<f8", "(3, 0)", "")).shape(), (Shape{3, 0}));
}

TEST_F(NpyTest, ReadsEveryVersion) {
  for (const char version : {'\1', '\2', '\3'})
    EXPECT_THAT(read(npy_file(header("(6,)"), kSixNumbers, version)).data<float>(),
                ElementsAre(1, 2, 3, 4, 5, 6));
}

// The length is two unsigned bytes: 0x80 and above are no negative numbers.
TEST_F(NpyTest, ReadsHeadersOfAnyLength) {
  for (const std::size_t length : {100, 127, 128, 200, 255, 256, 384, 33000, 65535}) {
    std::string text = header("(6,)");
    text.insert(text.size() - 1, length - text.size(), ' ');
    EXPECT_EQ(read(npy_file(text, kSixNumbers)).size(), 6) << length;
  }
}

TEST_F(NpyTest, ReadsTheKeysInAnyOrder) {
  for (const char* text : {"{'shape': (6,), 'fortran_order': False, 'descr': '<f4', }\n",
                           "{'fortran_order':False,'descr':'<f4','shape':(6,)}"})
    EXPECT_THAT(read(npy_file(text, kSixNumbers)).data<float>(), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_F(NpyTest, TurnsFortranOrderIntoRowMajor) {
  const Tensor matrix = read(npy_bytes("<f4", "(2, 3)", kSixNumbers, true));
  EXPECT_EQ(matrix.shape(), (Shape{2, 3}));
  EXPECT_THAT(matrix.data<float>(), ElementsAre(1, 3, 5, 2, 4, 6));
  std::vector<std::uint8_t> values(24);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint8_t>(i);
  const Tensor cube = read(npy_bytes("|u1", "(2, 3, 4)", raw(values), true));
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t k = 0; k < 4; ++k)
        EXPECT_EQ(cube.data<std::uint8_t>()[(i * 3 + j) * 4 + k], i + 2 * j + 6 * k);
  EXPECT_THAT(read(npy_bytes("<f8", "()", raw<double>({0.1}), true)).data<double>(), ElementsAre(0.1));
  EXPECT_THAT(read(npy_bytes("<i8", "(2,)", raw<std::int64_t>({1, 2}), true)).data<std::int64_t>(),
              ElementsAre(1, 2));
  EXPECT_EQ(read(npy_bytes("<f8", "(3, 0)", "", true)).size(), 0);
}

TEST_F(NpyTest, ConvertsDtypesExactly) {
  const auto doubles = [&](const std::string& descr, const std::string& values, DType dtype) {
    const Tensor tensor = read(npy_bytes(descr, "(2,)", values));
    EXPECT_EQ(tensor.dtype(), dtype) << descr;
    return tensor.to_doubles();
  };
  EXPECT_THAT(doubles("<f8", raw<double>({0.1, -1e300}), DType::float64), ElementsAre(0.1, -1e300));
  EXPECT_THAT(doubles("<f2", raw<std::uint16_t>({0x0001, 0xfbff}), DType::float32),
              ElementsAre(0x1p-24, -65504));
  EXPECT_THAT(doubles("<i8", raw<std::int64_t>({-1, 1LL << 40}), DType::int64), ElementsAre(-1, 0x1p40));
  EXPECT_THAT(doubles("<i4", raw<std::int32_t>({-1, 7}), DType::int64), ElementsAre(-1, 7));
  EXPECT_THAT(doubles("<i2", raw<std::int16_t>({-1, 7}), DType::int64), ElementsAre(-1, 7));
  EXPECT_THAT(doubles("|i1", raw<std::int8_t>({-1, 7}), DType::int64), ElementsAre(-1, 7));
  EXPECT_THAT(doubles("<u4", raw<std::uint32_t>({4294967295, 7}), DType::int64), ElementsAre(4294967295, 7));
  EXPECT_THAT(doubles("<u2", raw<std::uint16_t>({65535, 7}), DType::int64), ElementsAre(65535, 7));
  EXPECT_THAT(doubles("|u1", raw<std::uint8_t>({255, 7}), DType::uint8), ElementsAre(255, 7));
  EXPECT_THAT(doubles("|b1", raw<std::uint8_t>({0, 1}), DType::int64), ElementsAre(0, 1));
}

TEST_F(NpyTest, RefusesOtherDtypes) {
  for (const char* descr : {">f4", "<c8", "|O", "<u8", "|V2", "<U3", "<M8[ns]", "<f16", "f4", ""})
    expect_refused(npy_bytes(descr, "(1,)", std::string(64, '\0')), std::string("dtype '") + descr + "'",
                   "save it as float32");
  expect_refused(
      npy_file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,), }\n", kSixNumbers),
      "records");
}

TEST_F(NpyTest, NamesAMissingFile) {
  EXPECT_THROW_MESSAGE(read_npy(file_), DataError, file_, "cannot open", "No such file");
  EXPECT_THROW_MESSAGE(read_npz(file_), DataError, file_, "cannot open", "No such file");
  EXPECT_THROW_MESSAGE(read_npy(folder_.path()), DataError, folder_.path(), "is a directory");
  EXPECT_THROW_MESSAGE(read_npz(folder_.path()), DataError, folder_.path(), "is a directory");
}

TEST_F(NpyTest, RefusesAFileThatIsCutAnywhere) {
  for (std::size_t size = 0; size < kArray.size(); ++size) {
    rewrite_file(file_, kArray.substr(0, size));
    EXPECT_THROW_MESSAGE(read_npy(file_), DataError, file_) << "cut to " << size;
  }
  expect_refused(kArray.substr(0, kArray.size() - 1), "truncated: 23 of 24 bytes of values");
  expect_refused(kArray.substr(0, 50), "truncated");
}

TEST_F(NpyTest, RefusesMoreThanOneArray) {
  expect_refused(kArray + '\0', "trailing garbage");
  expect_refused(kArray + kArray, "trailing garbage");
}

TEST_F(NpyTest, RefusesAnotherFormat) {
  expect_refused("\x93NUMPX\1", "this is no npy array");
  expect_refused("PK\3\4 and so on", "this is no npy array");
  for (const char version : {'\0', '\4', '\xff'})
    expect_refused(npy_file(header("(6,)"), kSixNumbers, version), "version");
}

TEST_F(NpyTest, RefusesAHeaderOfImpossibleLength) {
  expect_refused(std::string("\x93NUMPY\2\0\xff\xff\xff\xff{}", 14), "the npy header announces 4294967295");
  expect_refused(std::string("\x93NUMPY\2\0\0\0\1\0{}", 14), "truncated");
  expect_refused(std::string("\x93NUMPY\1\0\0\0", 10), "the npy header is damaged");
}

TEST_F(NpyTest, RefusesDamagedHeaders) {
  for (const char* text : {"", "{", "{}", "\n", "x", "{'descr': '<f4', 'fortran_order': False}",
                           "{'descr': '<f4', 'shape': (6,)}", "{'fortran_order': False, 'shape': (6,)}",
                           "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,)}",
                           "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'x': 1}",
                           "{'descr': '<f4', 'fortran_order': 0, 'shape': (6,)}",
                           "{'descr': '<f4', 'fortran_order': Falsehood, 'shape': (6,)}",
                           "{'descr': '<f4' 'fortran_order': False, 'shape': (6,)}",
                           "{'descr': '<f4', 'fortran_order': False, 'shape': (6,)} x",
                           "{'descr': '<f4\n', 'fortran_order': False, 'shape': (6,)}",
                           "{'descr': <f4, 'fortran_order': False, 'shape': (6,)}",
                           "{'descr': '<f4', 'fortran_order': False, 'shape': (6,)",
                           "{'descr': '<f4', 'fortran_order': False, 'shape': (6,"})
    expect_refused(npy_file(text, kSixNumbers), "the npy header is damaged");
  for (const char* shape : {"6", "[6]", "(-6,)", "(6.0,)", "(a,)", "(,)", "(2 3)", "(6,,)", "(+6,)", "(0x6,)",
                            "(9223372036854775808,)", "(6", "(6L,)"})
    expect_refused(npy_file(header(shape), kSixNumbers), "the npy header is damaged");
}

// 2^60 values must not be allocated when the file holds six.
TEST_F(NpyTest, RefusesHugeShapesOfATinyFile) {
  expect_refused(npy_file(header("(1099511627776,)"), kSixNumbers), "truncated: 24 of 4398046511104 bytes");
  for (const char* shape :
       {"(9223372036854775807,)", "(4294967296, 4294967296)", "(9223372036854775807, 2, 0)"})
    expect_refused(npy_file(header(shape), kSixNumbers), "too large for a shape");
}

TEST_F(NpyTest, SurvivesEveryByteInItsHeader) {
  int refused = 0, total = 0;
  for (std::size_t i = 0; i < kArray.size() - kSixNumbers.size(); ++i)
    for (const int byte : {0x00, 0x0a, 0x20, 0x27, 0x28, 0x29, 0x2c, 0x2d, 0x30, 0x39, 0x7b, 0x7d, 0xff}) {
      std::string damaged = kArray;
      damaged[i] = static_cast<char>(byte);
      ++total;
      try {
        ASSERT_EQ(read(damaged).size(), 6);
      } catch (const DataError&) {
        ++refused;
      }
    }
  EXPECT_GT(refused, 0.7 * total);
}

class NpzTest : public testing::Test {
 protected:
  NamedTensors read(const ZipMembers& members, zip_int32_t method = ZIP_CM_STORE) {
    return read_npz(write_zip(file_, members, method));
  }

  template <typename... Parts>
  void expect_refused(const ZipMembers& members, const Parts&... parts) {
    EXPECT_THROW_MESSAGE(read(members), DataError, file_, parts...);
  }

  TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "gradients.npz";
};

TEST_F(NpzTest, ReadsStoredAndDeflatedArrays) {
  const ZipMembers members{{"layer.weight.npy", kArray},
                           {"layer/bias.npy", npy_bytes("<f8", "(1000,)", std::string(8000, '\0'))}};
  for (const zip_int32_t method : {ZIP_CM_STORE, ZIP_CM_DEFLATE}) {
    const NamedTensors tensors = read(members, method);
    ASSERT_EQ(tensors.size(), 2U);
    EXPECT_EQ(tensors.begin()->name(), "layer.weight");
    EXPECT_THAT(tensors.at("layer.weight").data<float>(), ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_EQ(tensors.at("layer/bias").to_doubles(), std::vector<double>(1000));
  }
}

TEST_F(NpzTest, ReadsAnArchiveOfNothing) {
  rewrite_file(file_, std::string("PK\5\6", 4) + std::string(18, '\0'));
  EXPECT_EQ(read_npz(file_).size(), 0U);
}

TEST_F(NpzTest, NamesTheMemberAndItsFault) {
  const std::pair<std::string, std::string> right{"a.npy", kArray};
  expect_refused({right, {"b.npy", kArray.substr(0, 130)}}, "member b.npy: truncated: 2 of 24");
  expect_refused({right, {"b.npy", kArray + '\0'}}, "member b.npy: trailing garbage");
  expect_refused({right, {"b.npy", ""}}, "member b.npy: this is no npy array");
  expect_refused({right, {"b.npy", npy_bytes(">f4", "(6,)", kSixNumbers)}}, "member b.npy: dtype '>f4'");
  expect_refused({right, {"archive/data.pkl", "?"}}, "member archive/data.pkl is no .npy array",
                 "numpy.savez");
  expect_refused({right, {"folder/", ""}}, "folder/ is no .npy array");
  expect_refused({{"a\nb.npy", kArray}}, "control characters");
  expect_refused({{".npy", kArray}}, "name of a tensor is empty");
}

TEST_F(NpzTest, RefusesAFileThatIsNoArchive) {
  for (const std::string& bytes : {std::string(), std::string("PK\3\4"), kArray}) {
    rewrite_file(file_, bytes);
    EXPECT_THROW_MESSAGE(read_npz(file_), DataError, file_, "damaged zip archive");
  }
}

// A member may announce more than deflate can hold in so few bytes: memory for it must not be sought.
TEST_F(NpzTest, RefusesAMemberThatAnnouncesTooMuch) {
  write_zip(file_, {{"a.npy", npy_bytes("<f8", "(1000,)", std::string(8000, '\0'))}}, ZIP_CM_DEFLATE);
  std::string bytes = read_file(file_);
  const std::string size = raw<std::uint32_t>({8128}), more = raw<std::uint32_t>({0x70000000});
  for (std::size_t at = bytes.find(size); at != std::string::npos; at = bytes.find(size))
    bytes.replace(at, size.size(), more);
  rewrite_file(file_, bytes);
  EXPECT_THROW_MESSAGE(read_npz(file_), DataError, file_, "member a.npy announces 1879048192 bytes");
}

TEST_F(NpzTest, RefusesAFileThatIsCutAnywhere) {
  write_zip(file_, {{"a.npy", kArray}, {"b.npy", kArray}});
  const std::string bytes = read_file(file_);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    rewrite_file(file_, bytes.substr(0, size));
    EXPECT_THROW_MESSAGE(read_npz(file_), DataError, file_) << "cut to " << size;
  }
}

// Names, sizes and methods stand twice in an archive, values have a checksum.
TEST_F(NpzTest, NeverReturnsOtherValuesThanWereWritten) {
  for (const zip_int32_t method : {ZIP_CM_STORE, ZIP_CM_DEFLATE}) {
    const NamedTensors written = read({{"a.npy", kArray}, {"b.npy", kArray}}, method);
    const std::string bytes = read_file(file_);
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      std::string damaged = bytes;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
      rewrite_file(file_, damaged);
      try {
        const NamedTensors tensors = read_npz(file_);
        ASSERT_EQ(tensors.size(), written.size()) << "bit " << bit;
        for (const Tensor& tensor : written) expect_equal(tensors.at(tensor.name()), tensor);
      } catch (const DataError&) {
      }
    }
  }
}

TEST_F(NpzTest, ReadsWhatItWrites) {
  NamedTensors tensors;
  tensors.add({"hidden.weight", {2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6.5}});
  tensors.add({"hidden.bias", {1}, std::vector<double>{0.1}});
  tensors.add({"loss", {}, std::vector<double>{1e-300}});
  tensors.add({"none", {3, 0}, std::vector<float>{}});
  tensors.add({"labels", {2}, std::vector<std::int64_t>{-1, std::int64_t{1} << 62}});
  tensors.add({"pixels", {2, 1, 2}, std::vector<std::uint8_t>{0, 1, 254, 255}});
  for (int time = 0; time < 2; ++time) {  // the second time over the first
    write_npz(file_, tensors);
    const NamedTensors read = read_npz(file_);
    ASSERT_EQ(read.size(), tensors.size());
    for (const Tensor& tensor : tensors) expect_equal(read.at(tensor.name()), tensor);
  }
}

TEST_F(NpzTest, NamesThePlaceWhereItCannotWrite) {
  NamedTensors tensors;
  tensors.add({"weight", {1}, std::vector<float>{1}});
  EXPECT_THROW_MESSAGE(write_npz(folder_ / "none" / "gradients.npz", tensors), OutputError,
                       "none/gradients.npz", "cannot be written");
}

class TensorFileTest : public NpyTest {};

TEST_F(TensorFileTest, GoesByTheContentsAndNotByTheName) {
  EXPECT_EQ(read_tensors(rewrite_file(file_, kArray)).at("weight").size(), 6);
  EXPECT_EQ(read_tensors(write_zip(file_, {{"a.npy", kArray}})).at("a").size(), 6);
  NamedTensors tensors;
  tensors.add({"b", {1}, std::vector<float>{1}});
  EXPECT_EQ(read_tensors(rewrite_file(file_, safetensors_bytes(tensors))).at("b").size(), 1);
  rewrite_file(file_, std::string("PK\5\6", 4) + std::string(18, '\0'));
  EXPECT_EQ(read_tensors(file_).size(), 0U);
}

TEST_F(TensorFileTest, NamesALoneArrayAfterItsFile) {
  for (const auto& [file, name] : {std::pair{"w.npy", "w"},
                                   {"layer.weight.npy", "layer.weight"},
                                   {"layer.weight", "layer.weight"},
                                   {".npy", ".npy"}})
    EXPECT_EQ(read_tensors(write_file(folder_ / file, kArray)).begin()->name(), name);
}

TEST_F(TensorFileTest, RefusesOtherFiles) {
  for (const std::string& bytes : {std::string(), std::string("{"), std::string("\x80\2}q"), gzipped(kArray),
                                   std::string("<!DOCTYPE html>")}) {
    rewrite_file(file_, bytes);
    EXPECT_THROW_MESSAGE(read_tensors(file_), DataError, file_, "no safetensors, npz or npy file",
                         "numpy.savez");
  }
  EXPECT_THROW_MESSAGE(read_tensors(folder_ / "none"), DataError, "none", "No such file");
}

}  // namespace
}  // namespace twin
