#include "reports/runs/compressors.hpp"

#include <lzma.h>
#include <stdexcept>
#include <zlib.h>

#include "shared/data/text.hpp"

namespace twin::reports {
namespace {

std::string spelt(const Split& split) {
  std::string text;
  for (const std::int64_t index : split.inputs.data<std::int64_t>()) text += static_cast<char>(index);
  return text;
}

double gzip_size(const std::string& text) {
  uLongf size = compressBound(text.size());
  std::string packed(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(text.data()),
                text.size(), Z_BEST_COMPRESSION) != Z_OK)
    throw std::runtime_error("zlib does not compress");
  return static_cast<double>(size);
}

double xz_size(const std::string& text) {
  std::string packed(lzma_stream_buffer_bound(text.size()), '\0');
  std::size_t size = 0;
  if (lzma_easy_buffer_encode(9 | LZMA_PRESET_EXTREME, LZMA_CHECK_CRC64, nullptr,
                              reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                              reinterpret_cast<std::uint8_t*>(packed.data()), &size,
                              packed.size()) != LZMA_OK)
    throw std::runtime_error("liblzma does not compress");
  return static_cast<double>(size);
}

}  // namespace

std::vector<CompressorBits> compressor_bits(const Dataset& dataset) {
  if (dataset.train.inputs.dtype() != DType::int64 || dataset.classes != byte_names()) return {};
  const std::string training = spelt(dataset.train), test = spelt(dataset.test);
  const auto bits = [&](const auto& size_of) {
    return 8 * (size_of(training + test) - size_of(training)) / static_cast<double>(test.size());
  };
  return {{"gzip", bits(gzip_size)}, {"xz", bits(xz_size)}};
}

}  // namespace twin::reports
