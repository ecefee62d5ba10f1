#include "shared/formats/files.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "shared/errors.hpp"

namespace twin {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw DataError("cannot open the file", path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::filesystem::path write_file(const std::filesystem::path& path, std::string_view contents) {
  std::ofstream file(path, std::ios::binary);
  file.write(contents.data(), static_cast<std::streamsize>(contents.size()));
  file.close();
  if (!file) throw OutputError("cannot write the file", path.string());
  return path;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "twingrad-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw OutputError(std::string("cannot make a folder: ") + std::strerror(errno), name,
                      "set TMPDIR to another place");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace twin
