#pragma once

#include <fmt/core.h>

#include <iosfwd>
#include <string>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// The tensor as text, laid out as PyTorch does: columns aligned, `precision` digits after the point (whole
/// numbers without, very large or small ones in scientific notation). Of more than 1000 elements the first
/// and last three along each dimension are shown. What the elements do not tell follows them: the shape if it
/// is shortened or empty, the dtype if it is not float32, int64 or bool, the name, and whether a gradient is
/// required or which op made it.
///
///     tensor([[ 1.0000, -2.5000],
///             [ 0.1250,  4.0000]], dtype=float64, op=mul)
std::string to_string(const Tensor& x, int precision = 4);

std::ostream& operator<<(std::ostream& out, const Tensor& x);

}  // namespace gradus

/// `fmt::format("{}", x)`; `{:.2}` asks for two digits after the point.
template <>
struct fmt::formatter<gradus::Tensor> {
  constexpr auto parse(fmt::format_parse_context& context) {
    auto at = context.begin();
    if (at == context.end() || *at != '.') return at;
    for (precision_ = 0, ++at; at != context.end() && *at >= '0' && *at <= '9'; ++at)
      if (precision_ < 100) precision_ = 10 * precision_ + (*at - '0');
    return at;
  }
  fmt::appender format(const gradus::Tensor& x, fmt::format_context& context) const;

 private:
  int precision_ = 4;
};
