#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus::nn {

/// A 64-bit FNV-1a digest of names, shapes and values: two runs that print the same one have the same weights
/// to the last bit. Take it of `state_dict(net)`.
std::uint64_t digest(const std::vector<std::pair<std::string, Tensor>>& tensors);

}  // namespace gradus::nn
