// Writes the files that shared/formats/{safetensors,npy}.hpp read, right ones and damaged ones.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <zip.h>

#include "tests/support/temporary_folder.hpp"

namespace twin {

/// The values as they lie in memory.
template <typename T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// A safetensors file whose header may say anything.
inline std::string safetensors_file(std::string_view header, std::string_view values) {
  return raw(std::vector<std::uint64_t>{header.size()}).append(header).append(values);
}

/// A .npy file whose header may say anything. Version 1.0 gives its length in two bytes, later ones in four.
inline std::string npy_file(std::string_view header, std::string_view values, char version = 1) {
  std::string bytes = std::string("\x93NUMPY") + version + '\0';
  bytes += raw(std::vector{static_cast<std::uint32_t>(header.size())}).substr(0, version == 1 ? 2 : 4);
  return bytes.append(header).append(values);
}

/// As numpy.save writes it: `descr` is "<f4", `shape` "(2, 3)".
inline std::string npy_bytes(const std::string& descr, const std::string& shape, std::string_view values,
                             bool fortran_order = false) {
  std::string header = "{'descr': '" + descr + "', 'fortran_order': " + (fortran_order ? "True" : "False") +
                       ", 'shape': " + shape + ", }";
  header.resize(header.size() + 63 - (10 + header.size()) % 64, ' ');
  return npy_file(header + '\n', values);
}

using ZipMembers = std::vector<std::pair<std::string, std::string>>;  // name, contents

/// As numpy.savez writes it, or numpy.savez_compressed (ZIP_CM_DEFLATE).
inline std::filesystem::path write_zip(const std::filesystem::path& path, const ZipMembers& members,
                                       zip_int32_t method = ZIP_CM_STORE) {
  std::unique_ptr<zip_t, void (*)(zip_t*)> archive(zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr),
                                                   &zip_discard);
  for (const auto& [name, contents] : members) {
    zip_source_t* source = zip_source_buffer(archive.get(), contents.data(), contents.size(), 0);
    const zip_int64_t index = zip_file_add(archive.get(), name.c_str(), source, 0);
    if (index < 0 ||
        zip_set_file_compression(archive.get(), static_cast<zip_uint64_t>(index), method, 0) != 0)
      throw std::runtime_error("zip_file_add");
  }
  if (zip_close(archive.get()) != 0) throw std::runtime_error("zip_close");
  archive.release();
  return path;
}

}  // namespace twin
