#include "shared/formats/npy.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include <zip.h>

#include "shared/errors.hpp"
#include "shared/formats/stored_tensor.hpp"

namespace twin {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::string_view kExtension = ".npy";

constexpr std::array kNpyElements{NamedElement{"<f8", Element::f64},    NamedElement{"<f4", Element::f32},
                                  NamedElement{"<f2", Element::f16},    NamedElement{"<i8", Element::i64},
                                  NamedElement{"<i4", Element::i32},    NamedElement{"<i2", Element::i16},
                                  NamedElement{"|i1", Element::i8},     NamedElement{"<u4", Element::u32},
                                  NamedElement{"<u2", Element::u16},    NamedElement{"|u1", Element::u8},
                                  NamedElement{"|b1", Element::boolean}};

struct Header {
  std::optional<Element> element;
  std::optional<bool> fortran_order;
  std::optional<Shape> shape;
};

// As much of Python as NumPy writes: a dictionary of strings, True, False and tuples of numbers.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const ByteSource& source) : text_(text), source_(source) {}

  Header parse() {
    Header header;
    expect('{');
    while (!skip('}')) {
      const std::string_view key = string();
      expect(':');
      if (key == "descr" && !header.element) {
        header.element = element();
      } else if (key == "fortran_order" && !header.fortran_order) {
        header.fortran_order = truth();
      } else if (key == "shape" && !header.shape) {
        header.shape = tuple();
      } else {
        refuse();
      }
      if (!skip(',') && !next_is('}')) refuse();
    }
    skip('\n');
    if (!text_.empty() || !header.element || !header.fortran_order || !header.shape) refuse();
    return header;
  }

 private:
  [[noreturn]] void refuse() const { source_.refuse("the npy header is damaged"); }

  void skip_spaces() { text_.remove_prefix(std::min(text_.find_first_not_of(' '), text_.size())); }
  bool next_is(char c) {
    skip_spaces();
    return !text_.empty() && text_.front() == c;
  }
  bool skip(char c) {
    const bool found = next_is(c);
    if (found) text_.remove_prefix(1);
    return found;
  }
  void expect(char c) {
    if (!skip(c)) refuse();
  }

  std::string_view string() {
    expect('\'');
    const std::string_view value = text_.substr(0, text_.find('\''));
    const auto is_printable = [](char c) { return c >= ' ' && c <= '~'; };
    if (!std::all_of(value.begin(), value.end(), is_printable)) refuse();
    text_.remove_prefix(value.size());
    expect('\'');
    return value;
  }

  Element element() {
    constexpr std::string_view kRemedy = "save it as float32 or float64";
    if (next_is('[')) source_.refuse("arrays of records cannot be read", kRemedy);
    const std::string_view descr = string();
    for (const NamedElement& known : kNpyElements)
      if (known.name == descr) return known.element;
    source_.refuse(fmt::format("dtype '{}' cannot be read", descr), kRemedy);
  }

  bool truth() {
    for (const std::string_view word : {"True", "False"})
      if (next_is(word.front()) && text_.substr(0, word.size()) == word) {
        text_.remove_prefix(word.size());
        return word == "True";
      }
    refuse();
  }

  Shape tuple() {
    Shape shape;
    expect('(');
    while (!skip(')')) {
      skip_spaces();
      std::int64_t extent = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), extent);
      if (error != std::errc() || extent < 0) refuse();
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      shape.push_back(extent);
      if (!skip(',') && !next_is(')')) refuse();
    }
    return shape;
  }

  std::string_view text_;
  const ByteSource& source_;
};

Header read_header(ByteSource& source) {
  if (source.left() < kMagic.size() + 2 || source.read_text(kMagic.size()) != kMagic)
    source.refuse("this is no npy array");
  std::array<std::uint8_t, 2> version{};
  source.read(version.data(), version.size());
  if (version[0] < 1 || version[0] > 3 || version[1] != 0)
    source.refuse(fmt::format("version {}.{} of the npy format is not known", version[0], version[1]));
  std::uint32_t length = 0;
  source.read(&length, version[0] == 1 ? 2 : 4);
  constexpr std::uint32_t kLongestHeader = 1 << 16;  // NumPy's own limit is 10,000
  if (length > kLongestHeader) source.refuse(fmt::format("the npy header announces {} bytes", length));
  const std::string text = source.read_text(length);
  return HeaderParser(text, source).parse();
}

// From the first index fastest to the last index fastest.
template <typename T>
std::vector<T> row_major(std::span<const T> values, const Shape& shape) {
  std::vector<std::int64_t> index(shape.size()), strides(shape.size());
  std::exclusive_scan(shape.begin(), shape.end(), strides.begin(), std::int64_t{1}, std::multiplies<>());
  std::vector<T> result;
  result.reserve(values.size());
  std::int64_t from = 0;
  while (result.size() < values.size()) {
    result.push_back(values[static_cast<std::size_t>(from)]);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

Tensor to_row_major(const Tensor& tensor) {
  const auto reordered = [&]<typename T>(std::span<const T> values) {
    return Tensor(tensor.name(), tensor.shape(), row_major(values, tensor.shape()));
  };
  switch (tensor.dtype()) {
    case DType::float32:
      return reordered(tensor.data<float>());
    case DType::float64:
      return reordered(tensor.data<double>());
    case DType::int64:
      return reordered(tensor.data<std::int64_t>());
    case DType::uint8:
      break;
  }
  return reordered(tensor.data<std::uint8_t>());
}

Tensor read_array(ByteSource& source, std::string name) {
  expect_printable(source, name);
  const Header header = read_header(source);
  const std::uint64_t bytes = stored_bytes(source, name, *header.shape, *header.element);
  if (bytes > source.left())
    source.refuse(fmt::format("truncated: {} of {} bytes of values", source.left(), bytes));
  Tensor tensor = read_stored(source, std::move(name), *header.shape, *header.element);
  source.expect_end();
  return *header.fortran_order ? to_row_major(tensor) : tensor;
}

using Archive = std::unique_ptr<zip_t, void (*)(zip_t*)>;

constexpr std::string_view kNpzRemedy = "save the gradients with numpy.savez, or safetensors.torch.save_file";

// One member of an archive. libzip compares the checksum when the end is read.
class MemberSource : public ByteSource {
 public:
  MemberSource(const std::filesystem::path& path, zip_t* archive, const zip_stat_t& member)
      : ByteSource(path, fmt::format("member {}", member.name), member.size),
        archive_(archive),
        file_(zip_fopen_index(archive, member.index, 0), &zip_fclose) {
    if (!file_) refuse(fmt::format("cannot be opened: {}", zip_strerror(archive_)));
  }

 private:
  std::size_t next(void* bytes, std::size_t count) override {
    const zip_int64_t got = zip_fread(file_.get(), bytes, count);
    if (got < 0) refuse(fmt::format("damaged: {}", zip_file_strerror(file_.get())));
    return static_cast<std::size_t>(got);
  }

  zip_t* archive_;
  std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file_;
};

std::string text_of(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

Archive open_archive(const std::filesystem::path& path, const ByteSource& file) {
  int code = 0;
  Archive archive(zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code), &zip_discard);
  if (!archive) file.refuse(fmt::format("damaged zip archive: {}", text_of(code)));
  return archive;
}

std::vector<zip_stat_t> members_of(zip_t* archive, const ByteSource& file) {
  std::vector<zip_stat_t> members;
  std::uint64_t compressed = 0;
  const auto count = static_cast<zip_uint64_t>(zip_get_num_entries(archive, 0));
  for (zip_uint64_t i = 0; i < count; ++i) {
    zip_stat_t member;
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE |
                                     ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if (zip_stat_index(archive, i, 0, &member) != 0 || (member.valid & kNeeded) != kNeeded)
      file.refuse("damaged zip archive");
    expect_printable(file, member.name);
    if (!std::string_view(member.name).ends_with(kExtension))
      file.refuse(fmt::format("member {} is no .npy array", member.name), kNpzRemedy);
    if (member.encryption_method != ZIP_EM_NONE)
      file.refuse(fmt::format("member {} is encrypted", member.name), kNpzRemedy);
    if (member.comp_method != ZIP_CM_STORE && member.comp_method != ZIP_CM_DEFLATE)
      file.refuse(fmt::format("member {} is neither stored nor deflated", member.name), kNpzRemedy);
    // Deflate makes two bits of 258 bytes at best. An archive can only announce more, or give the same bytes
    // to many members, to exhaust the memory.
    constexpr std::uint64_t kBestDeflate = 258 * 8 / 2;
    if (member.size / kBestDeflate > member.comp_size)
      file.refuse(
          fmt::format("member {} announces {} bytes in {}", member.name, member.size, member.comp_size));
    if (__builtin_add_overflow(compressed, member.comp_size, &compressed) || compressed > file.left())
      file.refuse("damaged zip archive: the members are larger than the file");
    members.push_back(member);
  }
  return members;
}

struct Written {
  DType dtype;
  std::string_view descr;
  std::size_t bytes;  // of a value
};
constexpr std::array kWritten{Written{DType::float32, "<f4", 4}, Written{DType::float64, "<f8", 8},
                              Written{DType::int64, "<i8", 8}, Written{DType::uint8, "|u1", 1}};

// A .npy file in version 1.0 of the format.
std::string npy_of(const Tensor& tensor) {
  const auto* written = std::find_if(kWritten.begin(), kWritten.end(),
                                     [&](const Written& w) { return w.dtype == tensor.dtype(); });
  std::string shape;
  for (const std::int64_t extent : tensor.shape()) shape += fmt::format("{}, ", extent);
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", written->descr, shape);
  constexpr std::size_t kAlignment = 64;  // of the values in the file
  header.append(kAlignment - 1 - (kMagic.size() + 4 + header.size()) % kAlignment, ' ').push_back('\n');
  const auto length = static_cast<std::uint16_t>(header.size());
  std::string bytes(kMagic);
  bytes += {'\1', '\0', static_cast<char>(length & 0xff), static_cast<char>(length >> 8)};
  bytes += header;
  return bytes.append(static_cast<const char*>(tensor.view().values),
                      static_cast<std::size_t>(tensor.size()) * written->bytes);
}

}  // namespace

Tensor read_npy(const std::filesystem::path& path) {
  FileSource source(path);
  const std::string name = path.filename().string();
  return read_array(source, name.ends_with(kExtension) && name != kExtension ? path.stem().string() : name);
}

NamedTensors read_npz(const std::filesystem::path& path) {
  const FileSource file(path);
  const Archive archive = open_archive(path, file);
  NamedTensors tensors;
  for (const zip_stat_t& member : members_of(archive.get(), file)) {
    std::string name = member.name;
    name.resize(name.size() - kExtension.size());
    MemberSource source(path, archive.get(), member);
    if (tensors.contains(name)) source.refuse("it occurs twice");
    tensors.add(read_array(source, std::move(name)));
  }
  return tensors;
}

void write_npz(const std::filesystem::path& path, const NamedTensors& tensors) {
  const auto refuse = [&](std::string_view why) {
    throw OutputError(fmt::format("cannot be written: {}", why), path.string());
  };
  int code = 0;
  Archive archive(zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code), &zip_discard);
  if (!archive) refuse(text_of(code));
  std::vector<std::string> members;  // read when the archive is closed
  members.reserve(tensors.size());
  for (const Tensor& tensor : tensors) {
    const std::string& member = members.emplace_back(npy_of(tensor));
    zip_source_t* source = zip_source_buffer(archive.get(), member.data(), member.size(), 0);
    const std::string name = tensor.name() + std::string(kExtension);
    const zip_int64_t index = zip_file_add(archive.get(), name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      refuse(zip_strerror(archive.get()));
    }
    zip_set_file_compression(archive.get(), static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
  }
  if (zip_close(archive.get()) != 0) refuse(zip_strerror(archive.get()));
  archive.release();
}

}  // namespace twin
