#pragma once

#include <gradus/autograd/tensor.hpp>

/// For writers of losses over classes: scores [n, classes, ..] with targets [n, ..].
namespace gradus {

/// Throws unless `target` is int64, has the shape of `scores` without its class dimension (1, or 0 for a
/// vector), and holds only classes and `ignore_index`; and unless `weight`, where defined, has one element
/// per class.
void check_class_targets(const Tensor& scores, const Tensor& target, const Tensor& weight,
                         std::int64_t ignore_index);

/// Weight of each target's class: 1 without a weight, 0 where ignored. Unrecorded; of dtype `dtype`.
Tensor target_weights(const Tensor& target, const Tensor& weight, std::int64_t ignore_index, DType dtype);

}  // namespace gradus
