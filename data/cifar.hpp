#pragma once

#include <array>
#include <filesystem>
#include <span>

#include <gradus/autograd/tensor.hpp>
#include <gradus/data/mnist.hpp>

namespace gradus::data {

struct CifarOptions {
  /// Pixels as (value / 255 - mean) / deviation, with each channel's mean and deviation over the training
  /// images, instead of value / 255.
  bool normalize = true;
};

/// Photographs of 32 x 32 pixels in colour and their class (Krizhevsky 2009). Kept in memory as bytes; a
/// handle, shared on copy.
class Cifar {
 public:
  struct Example {
    Tensor image;  ///< float32 [3, 32, 32]
    std::int64_t label;
  };
  struct Batch {
    Tensor images;  ///< float32 [n, 3, 32, 32]
    Tensor labels;  ///< int64 [n]
  };

  std::int64_t size() const { return labels_.size(0); }
  /// Throws IndexError.
  Example get(std::int64_t i) const;
  Batch get_batch(std::span<const std::int64_t> indices) const;

  const Tensor& pixels() const { return pixels_; }  ///< uint8 [n, 3, 32, 32]
  const Tensor& labels() const { return labels_; }  ///< int64 [n]; of CIFAR-100 the fine ones
  /// int64 [n]: which of the 20 groups of classes; of CIFAR-100 only, else undefined.
  const Tensor& coarse_labels() const { return coarse_labels_; }

 private:
  friend struct CifarReader;

  Tensor pixels_, labels_, coarse_labels_;
  std::array<float, 3> scale_{}, shift_{};  ///< of each channel
};

/// Reads the binary version of CIFAR-10 from the folder with data_batch_1.bin to data_batch_5.bin and
/// test_batch.bin. Throws IoError when a file is missing, not made of whole records, or has a label above 9.
Cifar cifar10(const std::filesystem::path& folder, Split split, const CifarOptions& options = {});

/// As `cifar10`, of CIFAR-100, from the folder with train.bin and test.bin.
Cifar cifar100(const std::filesystem::path& folder, Split split, const CifarOptions& options = {});

}  // namespace gradus::data
