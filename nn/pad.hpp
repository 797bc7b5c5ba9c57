#pragma once

#include <vector>

#include <gradus/autograd/ops/pad.hpp>

/// `pad` as layers, for inputs of any number of axes: amounts before and behind, for the last axis first, as
/// {left, right, top, bottom}; negative ones crop.
namespace gradus::nn {

/// Surrounds with a number: `nn::ConstantPad{{1, 1}}`.
struct ConstantPad {
  std::vector<std::int64_t> amounts;
  double value = 0;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// Continues with the mirror image, without the edge itself.
struct ReflectionPad {
  std::vector<std::int64_t> amounts;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// Continues with the edge.
struct ReplicationPad {
  std::vector<std::int64_t> amounts;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// Continues with itself.
struct CircularPad {
  std::vector<std::int64_t> amounts;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
