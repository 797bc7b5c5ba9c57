#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus::nn {

/// e^x / sum of e^x along `dim`: `nn::Softmax{1}`.
struct Softmax {
  std::int64_t dim;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// The logarithm of the softmax along `dim`: `nn::LogSoftmax{1}`.
struct LogSoftmax {
  std::int64_t dim;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
