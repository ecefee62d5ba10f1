#include "shared/data/dataset.hpp"

#include <algorithm>
#include <cmath>

#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/idx_files.hpp"

namespace twin {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Datasets, AreListedByName) {
  EXPECT_THAT(dataset_names(), testing::UnorderedElementsAre("and", "or", "xor", "fashion-mnist",
                                                             "fashion-pixels", "jargon", "jargon-words"));
}

TEST(Datasets, AnUnknownNameListsTheKnownOnes) {
  EXPECT_THROW_MESSAGE(load_dataset("nand"), UsageError, "unknown dataset nand",
                       "and, fashion-mnist, fashion-pixels, jargon, jargon-words, or, xor");
}

TEST(Datasets, AreInTheFolderThatHoldsTheirFiles) {
  const TemporaryFolder pictures, book;
  write_image_folder(pictures.path());
  write_file(book / "jargon.txt.gz", "");
  for (const char* name : {"fashion-mnist", "fashion-pixels"}) {
    EXPECT_TRUE(is_in(name, pictures.path()));
    EXPECT_FALSE(is_in(name, book.path()));
  }
  for (const char* name : {"jargon", "jargon-words"}) {
    EXPECT_TRUE(is_in(name, book.path()));
    EXPECT_FALSE(is_in(name, pictures.path()));
  }
  EXPECT_FALSE(is_in("xor", pictures.path()));
}

TEST(TruthTables, HoldFourSamplesForTrainingAndTestAlike) {
  for (const auto& [name, outputs] :
       {std::pair{"and", std::vector<double>{0, 0, 0, 1}}, std::pair{"or", std::vector<double>{0, 1, 1, 1}},
        std::pair{"xor", std::vector<double>{0, 1, 1, 0}}}) {
    const Dataset dataset = load_dataset(name);
    EXPECT_EQ(dataset.name, name);
    EXPECT_THAT(dataset.classes, IsEmpty());
    for (const Split* split : {&dataset.train, &dataset.test}) {
      EXPECT_EQ(split->size(), 4);
      EXPECT_EQ(split->features(), 2);
      EXPECT_THAT(split->inputs.data<double>(), ElementsAre(0, 0, 0, 1, 1, 0, 1, 1));
      EXPECT_EQ(split->targets.shape(), (Shape{4, 1}));
      EXPECT_THAT(split->targets.data<double>(), ElementsAreArray(outputs)) << name;
      EXPECT_EQ(split->scale, 1);
      EXPECT_EQ(split->shift, 0);
    }
  }
}

class FashionMnistTest : public testing::Test {
 protected:
  FashionMnistTest() { write_image_folder(folder_.path(), kImages); }

  Dataset load() const { return load_dataset("fashion-mnist", {folder_.path()}); }
  /// Replaces a file of the folder.
  std::filesystem::path write(const std::string& name, const Shape& shape, std::uint8_t value) {
    const std::vector<std::uint8_t> values(static_cast<std::size_t>(element_count(shape)), value);
    return write_file(folder_ / name, gzipped(idx_bytes(shape, values)));
  }

  static constexpr ImageFolder kImages{.train = 12, .test = 7, .height = 3, .width = 5};
  TemporaryFolder folder_;
};

TEST_F(FashionMnistTest, LoadsAFolderOfImages) {
  const Dataset dataset = load();
  EXPECT_EQ(dataset.name, "fashion-mnist");
  EXPECT_THAT(dataset.classes, SizeIs(10));
  EXPECT_EQ(dataset.train.inputs.shape(), (Shape{12, 15}));
  EXPECT_EQ(dataset.test.inputs.shape(), (Shape{7, 15}));
  EXPECT_THAT(dataset.train.targets.data<std::int64_t>(), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1));
  EXPECT_THAT(dataset.test.targets.data<std::int64_t>(), ElementsAre(0, 1, 2, 3, 4, 5, 6));
  const auto pixels = dataset.train.inputs.data<std::uint8_t>();
  EXPECT_THAT(pixels.subspan(15, 15), ElementsAreArray(image_pixels(kImages, 1)));
}

TEST_F(FashionMnistTest, DecodesPixelsToStandardUnits) {
  const Split split = load().train;
  // The mean of the training pixels is 0.2860 of white, their standard deviation 0.3530.
  EXPECT_NEAR(split.scale * 255 * 0.2860 + split.shift, 0, 1e-12);
  EXPECT_NEAR(split.scale * 255 * (0.2860 + 0.3530) + split.shift, 1, 1e-12);
}

TEST_F(FashionMnistTest, LoadsUnzippedFilesToo) {
  std::filesystem::remove(folder_ / "t10k-labels-idx1-ubyte.gz");
  write_file(folder_ / "t10k-labels-idx1-ubyte", idx_bytes({7}, {9, 8, 7, 6, 5, 4, 3}));
  EXPECT_THAT(load().test.targets.data<std::int64_t>(), ElementsAre(9, 8, 7, 6, 5, 4, 3));
}

TEST_F(FashionMnistTest, RefusesAnotherNumberOfLabelsThanImages) {
  const auto file = write("train-labels-idx1-ubyte.gz", {11}, 0);
  EXPECT_THROW_MESSAGE(load(), DataError, file, "12 images, 11 labels");
}

TEST_F(FashionMnistTest, RefusesALabelThatIsNoClassNamingSampleAndFile) {
  const auto file =
      write_file(folder_ / "t10k-labels-idx1-ubyte.gz", gzipped(idx_bytes({7}, {0, 9, 0, 10, 0, 255, 0})));
  EXPECT_THROW_MESSAGE(load(), DataError, file, "label 10 of sample 3 is out of range 0…9");
}

TEST_F(FashionMnistTest, RefusesTestImagesOfAnotherSize) {
  write("t10k-images-idx3-ubyte.gz", {7, 4, 4}, 0);
  EXPECT_THROW_MESSAGE(load(), DataError, folder_.path(), "training images have 15 pixels, test images 16");
}

TEST_F(FashionMnistTest, RefusesLabelsWhereImagesAreExpected) {
  const auto file = write("train-images-idx3-ubyte.gz", {12}, 0);
  EXPECT_THROW_MESSAGE(load(), DataError, file, "magic number");
}

TEST_F(FashionMnistTest, NamesTheFileThatIsMissing) {
  for (const std::string name : {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
                                 "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"}) {
    write_image_folder(folder_.path(), kImages);
    std::filesystem::remove(folder_ / name);
    EXPECT_THROW_MESSAGE(load(), DataError, folder_ / name, "No such file");
  }
}

TEST_F(FashionMnistTest, NamesAMissingFolderAndHowToGetIt) {
  const auto folder = folder_ / "missing";
  EXPECT_THROW_MESSAGE(load_dataset("fashion-mnist", {folder}), DataError, folder, "no such folder",
                       "dataset-fashion-mnist", "--data");
}

// Neither can even be looked at (ENAMETOOLONG, ELOOP): std::filesystem would throw an exception of its own.
TEST_F(FashionMnistTest, RefusesAFolderThatCannotBeLookedAt) {
  const std::filesystem::path long_name = folder_ / std::string(5000, 'x');
  EXPECT_THROW_MESSAGE(load_dataset("fashion-mnist", {long_name}), DataError, "no such folder");
  const std::filesystem::path name = folder_ / "train-images-idx3-ubyte.gz";
  std::filesystem::remove(name);
  std::filesystem::create_symlink(name, name);
  EXPECT_THROW_MESSAGE(load(), DataError, name, "cannot open");
}

TEST(FashionMnist, IsTheRealOneWhereItIsInstalled) {
  if (!std::filesystem::exists(default_fashion_mnist_folder()))
    GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  const Dataset dataset = load_dataset("fashion-mnist");
  EXPECT_EQ(dataset.train.inputs.shape(), (Shape{60000, 784}));
  EXPECT_EQ(dataset.test.inputs.shape(), (Shape{10000, 784}));
  EXPECT_EQ(dataset.train.inputs.dtype(), DType::uint8);
  EXPECT_THAT(dataset.classes, SizeIs(10));
  EXPECT_EQ(dataset.classes[9], "Ankle boot");

  for (const auto& [split, per_class] : {std::pair{&dataset.train, 6000}, std::pair{&dataset.test, 1000}}) {
    std::vector<int> counts(10);
    for (const std::int64_t label : split->targets.data<std::int64_t>())
      ++counts[static_cast<std::size_t>(label)];
    EXPECT_THAT(counts, Each(per_class));
  }
  EXPECT_EQ(dataset.train.targets.data<std::int64_t>()[0], 9);

  double sum = 0, sum_of_squares = 0;
  for (const std::uint8_t pixel : dataset.train.inputs.data<std::uint8_t>()) {
    const double x = dataset.train.scale * pixel + dataset.train.shift;
    sum += x;
    sum_of_squares += x * x;
  }
  const auto count = static_cast<double>(dataset.train.inputs.size());
  EXPECT_NEAR(sum / count, 0, 1e-3);
  EXPECT_NEAR(sum_of_squares / count, 1, 1e-3);
}

}  // namespace
}  // namespace twin
