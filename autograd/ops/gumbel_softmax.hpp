#pragma once

#include <gradus/autograd/random.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Options of `gumbel_softmax`.
struct GumbelSoftmaxOptions {
  double tau = 1;     ///< temperature: towards 0 the result becomes one-hot
  bool hard = false;  ///< give the one-hot vector of the largest, with the gradient of the soft result
  std::int64_t dim = -1;
};
/// Differentiable draws from the classes along a dimension (Jang, Gu and Poole 2017): softmax((logits + g) /
/// tau) with g from Gumbel's distribution, so that the largest is class i with probability softmax(logits)_i.
/// Takes one call of `generator` (null means `default_generator()`). Throws DTypeError unless floating,
/// IndexError for a dimension that there is not, ValueError unless tau is above 0.
Tensor gumbel_softmax(const Tensor& logits, const GumbelSoftmaxOptions& options = {},
                      Generator* generator = nullptr, SourceLocation at = SourceLocation::current());

}  // namespace gradus
