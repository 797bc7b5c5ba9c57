#pragma once

#include <string_view>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// For writers of losses: throws ValueError naming the first element outside [0, 1]. NaN is outside.
void require_probabilities(const Tensor& x, std::string_view role);

}  // namespace gradus
