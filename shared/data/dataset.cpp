#include "shared/data/dataset.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <map>

#include "shared/data/text.hpp"
#include "shared/data/words.hpp"
#include "shared/errors.hpp"
#include "shared/formats/idx.hpp"

namespace twin {
namespace {

Dataset truth_table(std::string name, const std::vector<double>& outputs) {
  const Split table{Tensor("inputs", {4, 2}, std::vector<double>{0, 0, 0, 1, 1, 0, 1, 1}),
                    Tensor("targets", {4, 1}, outputs)};
  return {std::move(name), table, table, {}};
}

// Mean and standard deviation of the training pixels in [0, 1]: inputs of zero mean and unit variance spare
// the first layer a bias to unlearn (LeCun et al. 1998, "Efficient BackProp", 4.3).
constexpr double kPixelMean = 0.2860;
constexpr double kPixelDeviation = 0.3530;

std::filesystem::path idx_file(const std::filesystem::path& folder, const std::string& stem) {
  const std::filesystem::path zipped = folder / (stem + ".gz");
  const std::filesystem::path plain = folder / stem;
  std::error_code ignored;  // what cannot be looked at cannot be opened either: read_idx says why
  return !std::filesystem::exists(zipped, ignored) && std::filesystem::exists(plain, ignored) ? plain
                                                                                              : zipped;
}

Split read_images(const std::filesystem::path& folder, const std::string& prefix, std::size_t class_count) {
  const std::filesystem::path images_path = idx_file(folder, prefix + "-images-idx3-ubyte");
  const std::filesystem::path labels_path = idx_file(folder, prefix + "-labels-idx1-ubyte");
  const Tensor images = read_idx(images_path, 3);
  const Tensor labels = read_idx(labels_path, 1);
  if (images.shape()[0] != labels.shape()[0])
    throw DataError(fmt::format("{} images, {} labels", images.shape()[0], labels.shape()[0]),
                    labels_path.string(), "fetch both files again");

  const std::span<const std::uint8_t> classes = labels.data<std::uint8_t>();
  const auto wrong =
      std::find_if(classes.begin(), classes.end(), [&](std::uint8_t label) { return label >= class_count; });
  if (wrong != classes.end())
    throw DataError(fmt::format("label {} of sample {} is out of range 0…{}", *wrong, wrong - classes.begin(),
                                class_count - 1),
                    labels_path.string(), "fetch the file again");

  const std::span<const std::uint8_t> pixels = images.data<std::uint8_t>();
  return {Tensor("inputs", {images.shape()[0], images.shape()[1] * images.shape()[2]},
                 std::vector<std::uint8_t>(pixels.begin(), pixels.end())),
          labels.renamed("targets").as(DType::int64), 1 / (255 * kPixelDeviation),
          -kPixelMean / kPixelDeviation};
}

Dataset fashion_mnist(const DatasetOptions& options) {
  const std::filesystem::path folder =
      options.folder.empty() ? default_fashion_mnist_folder() : options.folder;
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored))
    throw DataError("no such folder", folder.string(),
                    "install Debian's dataset-fashion-mnist or name the folder with --data");
  std::vector<std::string> classes{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                   "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  Split train = read_images(folder, "train", classes.size());
  Split test = read_images(folder, "t10k", classes.size());
  if (train.features() != test.features())
    throw DataError(
        fmt::format("training images have {} pixels, test images {}", train.features(), test.features()),
        folder.string(), "fetch the files again");
  return {"fashion-mnist", std::move(train), std::move(test), std::move(classes)};
}

Dataset fashion_pixels(const DatasetOptions& options) {
  Dataset dataset = fashion_mnist(options);
  for (Split* split : {&dataset.train, &dataset.test}) {
    split->targets = split->inputs.renamed("targets");
    split->target_scale = 1.0 / 255;
  }
  return {"fashion-pixels", std::move(dataset.train), std::move(dataset.test), {}};
}

constexpr const char* kBookFile = "jargon.txt.gz";

// Throws DataError where there is no such file.
std::filesystem::path jargon_file(const DatasetOptions& options) {
  const std::filesystem::path path =
      (options.folder.empty() ? default_jargon_folder() : options.folder) / kBookFile;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    throw DataError("no such file", path.string(),
                    "install Debian's jargon-text or name the folder with --data");
  return path;
}

Dataset jargon(const DatasetOptions& options) {
  const std::filesystem::path path = jargon_file(options);
  return text_dataset("jargon", read_text(path), kTextWindow, path);
}

Dataset jargon_words(const DatasetOptions& options) {
  const std::filesystem::path path = jargon_file(options);
  return word_pairs("jargon-words", read_text(path), path);
}

using Loader = std::function<Dataset(const DatasetOptions&)>;

const std::map<std::string, Loader, std::less<>>& loaders() {
  static const std::map<std::string, Loader, std::less<>> table{
      {"and",
       [](const DatasetOptions&) {
         return truth_table("and", {0, 0, 0, 1});
       }},
      {"or",
       [](const DatasetOptions&) {
         return truth_table("or", {0, 1, 1, 1});
       }},
      {"xor",
       [](const DatasetOptions&) {
         return truth_table("xor", {0, 1, 1, 0});
       }},
      {"fashion-mnist", fashion_mnist},
      {"fashion-pixels", fashion_pixels},
      {"jargon", jargon},
      {"jargon-words", jargon_words},
  };
  return table;
}

}  // namespace

std::vector<std::string> dataset_names() {
  std::vector<std::string> names;
  for (const auto& [name, loader] : loaders()) names.push_back(name);
  return names;
}

Dataset load_dataset(std::string_view name, const DatasetOptions& options) {
  const auto found = loaders().find(name);
  if (found == loaders().end())
    throw UsageError(fmt::format("unknown dataset {}", name), {},
                     fmt::format("choose from {}", fmt::join(dataset_names(), ", ")));
  return found->second(options);
}

bool is_in(std::string_view dataset, const std::filesystem::path& folder) {
  std::error_code ignored;
  if (dataset.starts_with("fashion-"))
    return std::filesystem::exists(idx_file(folder, "train-images-idx3-ubyte"), ignored);
  return dataset.starts_with("jargon") && std::filesystem::exists(folder / kBookFile, ignored);
}

std::filesystem::path default_fashion_mnist_folder() { return "/usr/share/datasets/fashion-mnist"; }
std::filesystem::path default_jargon_folder() { return "/usr/share/doc/jargon-text"; }

}  // namespace twin
