#include "shared/formats/gzip_reader.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <zlib.h>

#include "shared/errors.hpp"

namespace twin {
namespace {}  // namespace

struct GzipReader::State {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{nullptr, &std::fclose};
  std::array<Bytef, 1 << 16> input{};
  z_stream stream{};
  bool compressed = false;
  bool ended = false;

  void refill(const std::filesystem::path& path) {
    stream.next_in = input.data();
    stream.avail_in = static_cast<uInt>(std::fread(input.data(), 1, input.size(), file.get()));
    if (std::ferror(file.get()))
      throw DataError(fmt::format("cannot read: {}", std::strerror(errno)), path.string());
  }
};

GzipReader::GzipReader(const std::filesystem::path& path) : path_(path), state_(std::make_unique<State>()) {
  State& s = *state_;
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw DataError("is a directory, not a file", path.string());
  s.file.reset(std::fopen(path.c_str(), "rb"));
  if (!s.file) throw DataError(fmt::format("cannot open: {}", std::strerror(errno)), path.string());
  s.refill(path_);
  s.compressed = s.stream.avail_in >= 2 && s.input[0] == 0x1f && s.input[1] == 0x8b;
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  if (s.compressed && inflateInit2(&s.stream, kGzipOnly) != Z_OK)
    throw DataError("zlib cannot start", path.string());
}

GzipReader::~GzipReader() {
  if (state_->compressed) inflateEnd(&state_->stream);
}

std::size_t GzipReader::read(std::byte* bytes, std::size_t count) {
  State& s = *state_;
  std::size_t done = 0;
  while (done < count && !s.ended) {
    if (s.stream.avail_in == 0) s.refill(path_);
    if (s.stream.avail_in == 0) {
      if (s.compressed) throw DataError("the gzip stream is truncated", path_.string(), kFetchAgain);
      s.ended = true;
      break;
    }
    if (!s.compressed) {
      const std::size_t part = std::min<std::size_t>(count - done, s.stream.avail_in);
      std::memcpy(bytes + done, s.stream.next_in, part);
      s.stream.next_in += part;
      s.stream.avail_in -= static_cast<uInt>(part);
      done += part;
      continue;
    }
    s.stream.next_out = reinterpret_cast<Bytef*>(bytes + done);
    s.stream.avail_out = static_cast<uInt>(std::min<std::size_t>(count - done, 1U << 30));
    const uInt asked = s.stream.avail_out;
    const int status = inflate(&s.stream, Z_NO_FLUSH);
    done += asked - s.stream.avail_out;
    if (status == Z_STREAM_END) {
      s.ended = true;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      throw DataError(fmt::format("damaged gzip data ({})", s.stream.msg ? s.stream.msg : "no detail"),
                      path_.string(), kFetchAgain);
    }
  }
  return done;
}

void GzipReader::expect_end() {
  State& s = *state_;
  std::byte extra{};
  bool garbage = read(&extra, 1) == 1;
  if (!garbage && s.stream.avail_in == 0) s.refill(path_);
  garbage = garbage || s.stream.avail_in > 0;
  if (garbage) throw DataError("trailing garbage behind the data", path_.string(), kFetchAgain);
}

}  // namespace twin
