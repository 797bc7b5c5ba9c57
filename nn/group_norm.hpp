#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <gradus/autograd/ops/rms_norm.hpp>
#include <gradus/nn/parameter.hpp>

namespace gradus::nn {

/// Options of `GroupNorm`.
struct GroupNormOptions {
  double eps = 1e-5;
  /// Whether there are a weight (starts as 1) and a bias (0).
  bool affine = true;
  DType dtype = float32;
};

/// `group_norm` of [n, c, ..] with a weight and a bias [c] of its own: `nn::GroupNorm{8, 64}`.
class GroupNorm {
 public:
  /// Throws ValueError unless num_groups divides num_channels, both positive.
  GroupNorm(std::int64_t num_groups, std::int64_t num_channels, const GroupNormOptions& options = {});

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;

  void visit(auto& v) {
    v("weight", weight);
    v("bias", bias);
  }
  std::string describe() const;

  Parameter weight;
  Parameter bias;
  std::int64_t num_groups, num_channels;
  double eps;
};

/// Options of `InstanceNorm1d`, `2d` and `3d`.
struct InstanceNormOptions {
  double eps = 1e-5;
  double momentum = 0.1;  ///< weight of the latest batch in the running statistics
  bool affine = false;    ///< whether there are a weight (starts as 1) and a bias (0)
  /// Whether running statistics are kept, which evaluation uses then.
  bool track_running_stats = false;
  DType dtype = float32;
};

namespace detail {

/// What InstanceNorm1d, 2d and 3d share.
class InstanceNorm {
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

  Parameter weight, bias;
  Buffer running_mean;         ///< starts as 0
  Buffer running_var;          ///< starts as 1
  Buffer num_batches_tracked;  ///< int64 []: part of the state in PyTorch, which leaves it 0
  Training training;
  std::int64_t num_features;
  double eps, momentum;

 protected:
  InstanceNorm(std::int64_t num_features, const InstanceNormOptions& options);
  /// x has `space` dimensions behind the channels, and a batch dimension or none.
  Tensor normalise(const Tensor& x, std::size_t space, const SourceLocation& at) const;
};

}  // namespace detail

/// `instance_norm` of [n, c, l] or [c, l].
class InstanceNorm1d : public detail::InstanceNorm {
 public:
  /// Throws ValueError for a negative number of features or eps, or a momentum outside of [0, 1].
  explicit InstanceNorm1d(std::int64_t num_features, const InstanceNormOptions& options = {})
      : InstanceNorm(num_features, options) {}
  /// Throws ShapeError for another rank.
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `instance_norm` of [n, c, h, w] or [c, h, w]; otherwise as InstanceNorm1d.
class InstanceNorm2d : public detail::InstanceNorm {
 public:
  explicit InstanceNorm2d(std::int64_t num_features, const InstanceNormOptions& options = {})
      : InstanceNorm(num_features, options) {}
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `instance_norm` of [n, c, d, h, w] or [c, d, h, w]; otherwise as InstanceNorm1d.
class InstanceNorm3d : public detail::InstanceNorm {
 public:
  explicit InstanceNorm3d(std::int64_t num_features, const InstanceNormOptions& options = {})
      : InstanceNorm(num_features, options) {}
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// Options of `RMSNorm`.
struct RMSNormOptions {
  std::optional<double> eps = {};  ///< that of the dtype unless given
  bool elementwise_affine = true;  ///< whether there is a weight (starts as 1)
  DType dtype = float32;
};

/// `rms_norm` over the last dimensions, which have `normalized_shape`, as has the weight: `nn::RMSNorm{64}`.
class RMSNorm {
 public:
  explicit RMSNorm(const Shape& normalized_shape, const RMSNormOptions& options = {});

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;

  void visit(auto& v) { v("weight", weight); }
  std::string describe() const;

  Parameter weight;
  Shape normalized_shape;
  std::optional<double> eps;
};

/// `local_response_norm` over `size` channels.
struct LocalResponseNorm {
  std::int64_t size;
  LocalResponseNormOptions options = {};

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
