#include "shared/formats/safetensors.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <tuple>
#include <vector>

#include "shared/errors.hpp"
#include "shared/formats/stored_tensor.hpp"

namespace twin {
namespace {

using nlohmann::json;

// The limit of the reference implementation.
constexpr std::uint64_t kLongestHeader = 100'000'000;

constexpr std::string_view kMetadata = "__metadata__";

constexpr std::array kSafetensorsElements{
    NamedElement{"F64", Element::f64}, NamedElement{"F32", Element::f32},
    NamedElement{"F16", Element::f16}, NamedElement{"BF16", Element::bf16},
    NamedElement{"I64", Element::i64}, NamedElement{"I32", Element::i32},
    NamedElement{"I16", Element::i16}, NamedElement{"I8", Element::i8},
    NamedElement{"U32", Element::u32}, NamedElement{"U16", Element::u16},
    NamedElement{"U8", Element::u8},   NamedElement{"BOOL", Element::boolean}};

struct Entry {
  std::string name;
  Element element = Element::f32;
  Shape shape;
  std::uint64_t begin = 0, end = 0;  // behind the header
};

// Refuses what nlohmann_json lets pass: names that occur twice, and nesting without end.
json parse(const std::string& text, const ByteSource& source) {
  constexpr int kDeepest = 3;  // {"name": {"shape": [
  std::array<std::set<std::string>, kDeepest> names;
  const auto check = [&](int depth, json::parse_event_t event, const json& value) {
    const bool opens =
        event == json::parse_event_t::object_start || event == json::parse_event_t::array_start;
    if (opens && depth >= kDeepest) source.refuse("the header is nested too deeply");
    if (opens) names.at(static_cast<std::size_t>(depth)).clear();
    if (event == json::parse_event_t::key &&
        !names.at(static_cast<std::size_t>(depth - 1)).insert(value.get<std::string>()).second)
      source.refuse(fmt::format("the header names {} twice", value.dump(-1, ' ', true)));
    return true;
  };
  if (text.empty() || text.front() != '{') source.refuse("the header does not begin with {");
  try {
    return json::parse(text, check);
  } catch (const json::parse_error& error) {
    source.refuse(fmt::format("the header is damaged JSON at byte {}", error.byte));
  } catch (const json::exception&) {
    source.refuse("the header holds a number out of range");
  }
}

std::int64_t read_integer(const json& value, std::string_view what, std::string_view name,
                          const ByteSource& source) {
  if (!value.is_number_unsigned() ||
      value.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    source.refuse(fmt::format("tensor {}: {} {} is no size", name, what, value.dump(-1, ' ', true)));
  return value.get<std::int64_t>();
}

Entry read_entry(const std::string& name, const json& value, const ByteSource& source) {
  expect_printable(source, name);
  for (const char* key : {"dtype", "shape", "data_offsets"})
    if (!value.is_object() || !value.contains(key))
      source.refuse(fmt::format("tensor {}: the header gives no {}", name, key));
  if (value.size() != 3) source.refuse(fmt::format("tensor {}: the header says more than it may", name));

  Entry entry;
  entry.name = name;
  const json& dtype = value["dtype"];
  const auto* const found =
      std::find_if(kSafetensorsElements.begin(), kSafetensorsElements.end(),
                   [&](const NamedElement& known) { return dtype == json(known.name); });
  if (found == kSafetensorsElements.end())
    source.refuse(fmt::format("tensor {}: dtype {} cannot be read", name, dtype.dump(-1, ' ', true)),
                  "save it as float32 or float64");
  entry.element = found->element;

  const json& shape = value["shape"];
  if (!shape.is_array()) source.refuse(fmt::format("tensor {}: the shape is no list", name));
  for (const json& extent : shape) entry.shape.push_back(read_integer(extent, "extent", name, source));

  const json& offsets = value["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2)
    source.refuse(fmt::format("tensor {}: data_offsets are no pair", name));
  entry.begin = static_cast<std::uint64_t>(read_integer(offsets[0], "offset", name, source));
  entry.end = static_cast<std::uint64_t>(read_integer(offsets[1], "offset", name, source));
  if (entry.end < entry.begin)
    source.refuse(fmt::format("tensor {}: offsets {}…{} go backwards", name, entry.begin, entry.end));
  const std::uint64_t bytes = stored_bytes(source, name, entry.shape, entry.element);
  if (entry.end - entry.begin != bytes)
    source.refuse(fmt::format("tensor {}: offsets {}…{} span {} bytes, but {} of {} takes {}", name,
                              entry.begin, entry.end, entry.end - entry.begin, to_string(entry.shape),
                              found->name, bytes));
  return entry;
}

std::map<std::string, std::string> read_metadata(const json& value, const ByteSource& source) {
  if (!value.is_object()) source.refuse("the metadata are no object");
  std::map<std::string, std::string> metadata;
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string())
      source.refuse(fmt::format("the metadata {} is no text", json(key).dump(-1, ' ', true)));
    metadata[key] = text.get<std::string>();
  }
  return metadata;
}

// Every byte of the values belongs to one tensor.
void expect_contiguous(const std::vector<Entry>& entries, const ByteSource& source) {
  std::uint64_t position = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != position)
      source.refuse(fmt::format("tensor {}: it begins at {}, {}", entry.name, entry.begin,
                                entry.begin < position
                                    ? fmt::format("within the tensor before, which ends at {}", position)
                                    : fmt::format("behind a gap that begins at {}", position)));
    if (entry.end > source.left())
      source.refuse(fmt::format("tensor {}: truncated, it ends at {} of {} bytes", entry.name, entry.end,
                                source.left()));
    position = entry.end;
  }
  if (position < source.left())
    source.refuse(fmt::format("{} bytes of trailing garbage behind the values", source.left() - position));
}

std::string_view dtype_name(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return "F32";
    case DType::float64:
      return "F64";
    case DType::int64:
      return "I64";
    case DType::uint8:
      break;
  }
  return "U8";
}

std::string_view bytes_of(const Tensor& tensor) {
  const auto bytes = []<typename T>(std::span<const T> values) {
    return std::string_view(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  };
  switch (tensor.dtype()) {
    case DType::float32:
      return bytes(tensor.data<float>());
    case DType::float64:
      return bytes(tensor.data<double>());
    case DType::int64:
      return bytes(tensor.data<std::int64_t>());
    case DType::uint8:
      break;
  }
  return bytes(tensor.data<std::uint8_t>());
}

int alignment(DType dtype) {
  if (dtype == DType::uint8) return 1;
  return dtype == DType::float32 ? 4 : 8;
}

}  // namespace

NamedTensors read_safetensors(const std::filesystem::path& path) {
  return read_safetensors_with_metadata(path).tensors;
}

WithMetadata read_safetensors_with_metadata(const std::filesystem::path& path) {
  FileSource source(path);
  std::uint64_t length = 0;
  source.read(&length, sizeof length);
  if (length > kLongestHeader)
    source.refuse(fmt::format("the header announces {} bytes, more than 100 MB", length));
  if (length > source.left())
    source.refuse(fmt::format("truncated: the header takes {} bytes, {} are left", length, source.left()));
  const json header = parse(source.read_text(length), source);
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items())
    if (name != kMetadata) entries.push_back(read_entry(name, value, source));
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  expect_contiguous(entries, source);

  WithMetadata file;
  if (header.contains(kMetadata)) file.metadata = read_metadata(header[kMetadata], source);
  for (Entry& entry : entries)
    file.tensors.add(read_stored(source, std::move(entry.name), std::move(entry.shape), entry.element));
  source.expect_end();
  return file;
}

std::string safetensors_bytes(const NamedTensors& tensors,
                              const std::map<std::string, std::string>& metadata) {
  std::vector<const Tensor*> ordered;
  for (const Tensor& tensor : tensors) ordered.push_back(&tensor);
  std::stable_sort(ordered.begin(), ordered.end(), [](const Tensor* a, const Tensor* b) {
    return alignment(a->dtype()) > alignment(b->dtype());
  });

  auto header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header[kMetadata] = metadata;
  std::uint64_t position = 0;
  for (const Tensor* tensor : ordered) {
    if (tensor->name() == kMetadata)
      throw ShapeError("no tensor of a safetensors file can be named __metadata__");
    const std::uint64_t end = position + bytes_of(*tensor).size();
    header[tensor->name()] = {{"dtype", dtype_name(tensor->dtype())},
                              {"shape", tensor->shape()},
                              {"data_offsets", {position, end}}};
    position = end;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const json::exception&) {
    throw ShapeError("the name of a tensor, or a text of the metadata, is no UTF-8");
  }
  constexpr std::size_t kAlignment = 8;
  text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');

  const std::uint64_t length = text.size();
  std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
  bytes += text;
  for (const Tensor* tensor : ordered) bytes += bytes_of(*tensor);
  return bytes;
}

}  // namespace twin
