#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <ostream>
#include <string>

#include <gradus/nn/walk.hpp>

namespace gradus {

namespace nn {

namespace detail {
std::string to_string(const std::vector<Part>& parts);
}  // namespace detail

/// A model as text, one line per layer: "Net(\n  (conv1): Conv2d(1, 32, kernel_size=[3, 3], ...)\n ...)".
/// Models that can be called also print through fmt and `<<`.
template <class M>
std::string to_string(const M& model) {
  return detail::to_string(walk(model));
}

}  // namespace nn

/// Prints a model, see nn::to_string.
template <nn::Module M>
std::ostream& operator<<(std::ostream& out, const M& model) {
  return out << nn::to_string(model);
}

namespace nn {
using gradus::operator<<;
}

}  // namespace gradus

template <gradus::nn::Module M>
struct fmt::formatter<M> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  fmt::appender format(const M& model, fmt::format_context& context) const {
    const std::string text = gradus::nn::to_string(model);
    return std::copy(text.begin(), text.end(), context.out());
  }
};
