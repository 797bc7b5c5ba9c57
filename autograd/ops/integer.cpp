#include <gradus/autograd/ops/integer.hpp>

#include <numeric>

#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>

namespace gradus {

namespace {

/// By pointer, for one loop for all: these ops are rare.
using Function = std::int64_t (*)(std::int64_t, std::int64_t);

Tensor applied(const Tensor& x, const Tensor& y, Function f) {
  return elementwise::apply<std::int64_t>(x.to(int64), y.to(int64), elementwise::cheap, f).to(x.dtype());
}

Tensor bits(std::string_view name, const Operand& a, const Operand& b, Function f) {
  const OpScope scope(name, a.at());
  const auto [x, y] = match(a, b);
  require<DTypeError>(!is_floating(x.dtype()), "given {}; needs int64, uint8 or bool", x.dtype());
  return applied(x, y, f);
}

void require_number(const Tensor& x) {
  require<DTypeError>(x.dtype() == int64 || x.dtype() == uint8, "given {}; needs int64 or uint8", x.dtype());
}

Tensor shifted(std::string_view name, const Operand& a, const Operand& b, Function f) {
  const OpScope scope(name, a.at());
  const auto [x, y] = match(a, b);
  require_number(x);
  const int width = x.dtype() == uint8 ? 8 : 64;
  require(all((y >= 0) & (y < width)).item<bool>(), "given a shift that is not in [0, {})", width);
  return x.dtype() == uint8 ? bitwise_and(applied(x.to(int64), y.to(int64), f), 255).to(uint8)
                            : applied(x, y, f);
}

Tensor of_numbers(std::string_view name, const Operand& a, const Operand& b, Function f) {
  const OpScope scope(name, a.at());
  const auto [x, y] = match(a, b);
  require_number(x);
  return applied(x, y, f);
}

/// |v| as an unsigned number, for which even the lowest int64 is no special case.
std::uint64_t magnitude(std::int64_t v) {
  return v < 0 ? 0 - static_cast<std::uint64_t>(v) : static_cast<std::uint64_t>(v);
}

}  // namespace

Tensor bitwise_and(const Operand& a, const Operand& b) {
  return bits("bitwise_and", a, b, [](std::int64_t v, std::int64_t w) { return v & w; });
}
Tensor bitwise_or(const Operand& a, const Operand& b) {
  return bits("bitwise_or", a, b, [](std::int64_t v, std::int64_t w) { return v | w; });
}
Tensor bitwise_xor(const Operand& a, const Operand& b) {
  return bits("bitwise_xor", a, b, [](std::int64_t v, std::int64_t w) { return v ^ w; });
}

Tensor bitwise_not(const Tensor& x, SourceLocation at) {
  const OpScope scope("bitwise_not", at);
  const int ones = x.dtype() == boolean ? 1 : x.dtype() == uint8 ? 255 : -1;
  return bits("bitwise_not", x, ones, [](std::int64_t v, std::int64_t w) { return v ^ w; });
}

Tensor bitwise_left_shift(const Operand& a, const Operand& b) {
  return shifted("bitwise_left_shift", a, b, [](std::int64_t v, std::int64_t w) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(v) << w);
  });
}
Tensor bitwise_right_shift(const Operand& a, const Operand& b) {
  return shifted("bitwise_right_shift", a, b, [](std::int64_t v, std::int64_t w) { return v >> w; });
}

Tensor gcd(const Operand& a, const Operand& b) {
  return of_numbers("gcd", a, b, [](std::int64_t v, std::int64_t w) {
    return static_cast<std::int64_t>(std::gcd(magnitude(v), magnitude(w)));
  });
}
Tensor lcm(const Operand& a, const Operand& b) {
  return of_numbers("lcm", a, b, [](std::int64_t v, std::int64_t w) {
    const std::uint64_t x = magnitude(v), y = magnitude(w);
    return static_cast<std::int64_t>(x == 0 || y == 0 ? 0 : x / std::gcd(x, y) * y);
  });
}

}  // namespace gradus
