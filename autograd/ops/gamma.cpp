#include <gradus/autograd/ops/gamma.hpp>

#include <cmath>
#include <numbers>

#include <gradus/autograd/kernels/special.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/logarithm.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/special.hpp>

namespace gradus {

namespace {

/// Either side of the incomplete gamma function; their slopes in x are each other's negatives.
template <bool upper>
struct Gammainc {
  static constexpr std::string_view name = upper ? "gammaincc" : "gammainc";
  static constexpr Keep keep = keep_inputs(0, 1);
  Tensor forward(const Tensor& a, const Tensor& x) const {
    return dispatch_floating(a.dtype(), [&]<class T>() {
      return elementwise::apply<T>(a, x, 8 * elementwise::transcendental, [](T s, T v) {
        return static_cast<T>(upper ? kernels::gamma_q(s, v) : kernels::gamma_p(s, v));
      });
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, []() -> Tensor { fail("there is no derivative with respect to a; detach() it"); });
    d.wrt(1, [&] {
      const Tensor a = d.input(0), x = d.input(1);
      const Tensor density = exp(xlogy(a - 1, x) - x - lgamma(a));
      return upper ? -d.grad() * density : d.grad() * density;
    });
  }
};

}  // namespace

Tensor gammainc(const Operand& a, const Operand& x) { return elementwise::binary(Gammainc<false>{}, a, x); }
Tensor gammaincc(const Operand& a, const Operand& x) { return elementwise::binary(Gammainc<true>{}, a, x); }

Tensor mvlgamma(const Tensor& x, std::int64_t p, SourceLocation at) {
  const OpScope scope("mvlgamma", at);
  require(p >= 1, "the dimension is {}; it must be at least 1", p);
  const double bound = 0.5 * static_cast<double>(p - 1);
  require(all(x > bound).item<bool>(), "an element is not above {}, as dimension {} needs", bound, p);
  Tensor y = lgamma(x);
  for (std::int64_t i = 1; i < p; ++i) y = y + lgamma(x - 0.5 * static_cast<double>(i));
  return y + 0.5 * static_cast<double>(p) * bound * std::log(std::numbers::pi);
}

}  // namespace gradus
