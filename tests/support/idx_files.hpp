// Writes the files that shared/formats/idx.hpp reads, right ones and damaged ones.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>
#include <zlib.h>

#include "shared/seeds/random.hpp"
#include "shared/tensors/tensor.hpp"
#include "tests/support/temporary_folder.hpp"

namespace twin {

/// The header alone, which may announce anything.
inline std::string idx_header(const Shape& shape) {
  std::string bytes{'\0', '\0', '\x08', static_cast<char>(shape.size())};
  for (const std::int64_t extent : shape)
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(extent >> shift & 0xff);
  return bytes;
}

inline std::string idx_bytes(const Shape& shape, const std::vector<std::uint8_t>& values) {
  return idx_header(shape) + std::string(values.begin(), values.end());
}

inline std::string gzipped(std::string_view bytes, int level = 6) {
  z_stream stream{};
  constexpr int kGzip = 16 + MAX_WBITS;
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("deflateInit2");
  std::string result(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  const int status = deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("deflate");
  return result;
}

/// How many samples of what size a folder of images holds.
struct ImageFolder {
  std::int64_t train = 20;
  std::int64_t test = 10;
  std::int64_t height = 28;
  std::int64_t width = 28;
};

/// Image `sample` of a split: label sample % 10, whose rows of pixels are bright, over noise. A network can
/// learn it.
inline std::vector<std::uint8_t> image_pixels(const ImageFolder& images, std::int64_t sample) {
  const RandomStream noise(0, Purpose::test_data, static_cast<std::uint32_t>(sample));
  std::vector<std::uint8_t> pixels;
  for (std::int64_t i = 0; i < images.height * images.width; ++i) {
    const bool bright = i / images.width % 10 == sample % 10;
    pixels.push_back(
        static_cast<std::uint8_t>((bright ? 160 : 0) + noise.below(static_cast<std::uint64_t>(i), 80)));
  }
  return pixels;
}

/// Writes a folder that load_dataset("fashion-mnist") takes for the real one: four gzipped idx files.
inline void write_image_folder(const std::filesystem::path& folder, const ImageFolder& images = {}) {
  for (const auto& [prefix, count] : {std::pair{"train", images.train}, std::pair{"t10k", images.test}}) {
    std::vector<std::uint8_t> pixels, labels;
    for (std::int64_t sample = 0; sample < count; ++sample) {
      const std::vector<std::uint8_t> image = image_pixels(images, sample);
      pixels.insert(pixels.end(), image.begin(), image.end());
      labels.push_back(static_cast<std::uint8_t>(sample % 10));
    }
    write_file(folder / (std::string(prefix) + "-images-idx3-ubyte.gz"),
               gzipped(idx_bytes({count, images.height, images.width}, pixels)));
    write_file(folder / (std::string(prefix) + "-labels-idx1-ubyte.gz"), gzipped(idx_bytes({count}, labels)));
  }
}

}  // namespace twin
