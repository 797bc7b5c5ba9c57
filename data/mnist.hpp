#pragma once

#include <filesystem>
#include <span>
#include <string>

#include <gradus/autograd/tensor.hpp>

namespace gradus::data {

enum class Split { train, test };

struct MnistOptions {
  /// Where the files are. Left empty, they are looked for in $GRADUS_DATA (for FashionMNIST,
  /// $GRADUS_FASHION_DATA), then in the cache folder (${XDG_CACHE_HOME:-~/.cache}/gradus/mnist, or
  /// fashion-mnist), and else the sample of digits that comes with the library is taken.
  std::filesystem::path folder = {};
  /// Pixels as (value / 255 - mean) / deviation, by mean and deviation over the training images (0.1307 and
  /// 0.3081; for FashionMNIST 0.2860 and 0.3530), instead of value / 255.
  bool normalize = true;
};

/// Handwritten digits (LeCun, Cortes, Burges), or what has their format: 28 x 28 pixels and their class of
/// ten. Kept in memory as bytes; a handle, shared on copy.
class Mnist {
 public:
  struct Example {
    Tensor image;  ///< float32 [1, 28, 28]
    std::int64_t label;
  };
  struct Batch {
    Tensor images;  ///< float32 [n, 1, 28, 28]
    Tensor labels;  ///< int64 [n]
  };

  std::int64_t size() const { return labels_.size(0); }
  /// Throws IndexError.
  Example get(std::int64_t i) const;
  Batch get_batch(std::span<const std::int64_t> indices) const;

  const Tensor& pixels() const { return pixels_; }  ///< uint8 [n, 28, 28]
  const Tensor& labels() const { return labels_; }  ///< int64 [n]
  /// The folder that the files came from.
  const std::filesystem::path& folder() const { return folder_; }
  /// Whether this is the sample of 2,000 training and 1,000 test images.
  bool is_sample() const { return is_sample_; }

 private:
  friend struct MnistReader;

  Tensor pixels_, labels_;
  float scale_ = 1, shift_ = 0;
  std::filesystem::path folder_;
  bool is_sample_ = false;
};

/// Loads the images and labels of a split, raw or gzip, under either spelling of the file names
/// (train-images-idx3-ubyte, train-images.idx3-ubyte). Throws IoError when a folder that was named does not
/// hold them, a file is damaged, or the two do not belong together.
Mnist mnist(Split split, const MnistOptions& options = {});

/// Photographs of clothing in the format of MNIST (Xiao, Rasul, Vollgraf 2017), from files of the same names.
/// As `mnist`, but there is no sample: throws IoError when the files are nowhere.
Mnist fashion_mnist(Split split, const MnistOptions& options = {});

}  // namespace gradus::data
