#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <gradus/nn/parameter.hpp>

namespace gradus::nn {

/// Options of `BatchNorm1d`, `2d` and `3d`.
struct BatchNormOptions {
  double eps = 1e-5;
  /// Weight of the latest batch in the running statistics; nullopt means their plain average over all
  /// batches.
  std::optional<double> momentum = 0.1;
  /// Whether there are a weight (starts as 1) and a bias (0).
  bool affine = true;
  /// Whether running statistics are kept; without, those of the batch are used in evaluation too.
  bool track_running_stats = true;
  DType dtype = float32;
};

namespace detail {

/// What BatchNorm1d, 2d and 3d share.
class BatchNorm {
 public:
  void visit(auto& v) {
    v("weight", weight);
    v("bias", bias);
    v("running_mean", running_mean);
    v("running_var", running_var);
    v("num_batches_tracked", num_batches_tracked);
    v("training", training);
  }
  std::string describe() const;

  Parameter weight;
  Parameter bias;
  Buffer running_mean;         ///< starts as 0
  Buffer running_var;          ///< starts as 1
  Buffer num_batches_tracked;  ///< int64
  Training training;
  std::int64_t num_features;
  double eps;
  std::optional<double> momentum;

 protected:
  BatchNorm(std::int64_t num_features, const BatchNormOptions& options);
  Tensor normalise(const Tensor& x, const SourceLocation& at) const;
};

}  // namespace detail

/// `batch_norm` of [n, c] or [n, c, l] over all but the channels. In training it normalises by the statistics
/// of the batch and updates the running ones; in evaluation it uses those.
class BatchNorm1d : public detail::BatchNorm {
 public:
  /// Throws ValueError for a negative number of features, eps or momentum, or a momentum above 1.
  explicit BatchNorm1d(std::int64_t num_features, const BatchNormOptions& options = {})
      : BatchNorm(num_features, options) {}
  /// Throws ShapeError for another rank.
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `batch_norm` of [n, c, h, w] over all but the channels; otherwise as BatchNorm1d.
class BatchNorm2d : public detail::BatchNorm {
 public:
  /// Throws ValueError for a negative number of features, eps or momentum, or a momentum above 1.
  explicit BatchNorm2d(std::int64_t num_features, const BatchNormOptions& options = {})
      : BatchNorm(num_features, options) {}
  /// Throws ShapeError for another rank.
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `batch_norm` of [n, c, d, h, w] over all but the channels; otherwise as BatchNorm1d.
class BatchNorm3d : public detail::BatchNorm {
 public:
  /// Throws ValueError for a negative number of features, eps or momentum, or a momentum above 1.
  explicit BatchNorm3d(std::int64_t num_features, const BatchNormOptions& options = {})
      : BatchNorm(num_features, options) {}
  /// Throws ShapeError for another rank.
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
