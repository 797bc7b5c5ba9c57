#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Exponentials by max shift, so that nothing overflows; for floating dtypes (DTypeError). Where all elements
/// are -infinity, or any is +infinity or NaN, the softmaxes are NaN.

/// e^x / sum of e^x along `dim`. Elements of -infinity get 0.
Tensor softmax(const Tensor& x, std::int64_t dim, SourceLocation at = SourceLocation::current());
/// The softmax of -x.
Tensor softmin(const Tensor& x, std::int64_t dim, SourceLocation at = SourceLocation::current());
/// x - log of the sum of e^x along `dim`: the logarithm of softmax, also where that is too small to be held.
Tensor log_softmax(const Tensor& x, std::int64_t dim, SourceLocation at = SourceLocation::current());
/// log of the sum of e^x over `dims`, all if none are given. -infinity for nothing and where all elements are
/// -infinity; the gradient is 0 there.
Tensor logsumexp(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
                 SourceLocation at = SourceLocation::current());

}  // namespace gradus
