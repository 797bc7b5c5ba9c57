#include <gradus/autograd/ops/compare.hpp>

#include <atomic>
#include <cmath>
#include <functional>

#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/trace.hpp>

namespace gradus {

namespace {

using elementwise::apply;
using elementwise::cheap;

/// f(a, b) as bool.
template <class F>
Tensor compare(std::string_view name, const Operand& a, const Operand& b, F f) {
  const OpScope scope(name, a.at());
  const auto [x, y] = match(a, b);
  const Tensor result = dispatch(x.dtype(), [&, &x = x, &y = y]<class T>() {
    return apply<T>(x, y, cheap, [f](T v, T w) -> bool { return f(v, w); });
  });
  Trace::note_plain(name, a.at(), {&x, &y}, result);
  return result;
}

/// f(x) as bool.
template <class F>
Tensor test(std::string_view name, const Tensor& x, const SourceLocation& at, F f) {
  const OpScope scope(name, at);
  const Tensor result =
      dispatch(x.dtype(), [&]<class T>() { return apply<T>(x, cheap, [f](T v) -> bool { return f(v); }); });
  Trace::note_plain(name, at, {&x}, result);
  return result;
}

/// f of whether each is not 0.
template <class F>
Tensor logical(std::string_view name, const Operand& a, const Operand& b, F f) {
  return compare(name, a, b, [f](auto x, auto y) -> bool { return f(x != 0, y != 0); });
}

/// As `logical`, for bool tensors only.
template <class F>
Tensor logical_operator(std::string_view name, const Operand& a, const Operand& b, F f) {
  const OpScope scope(name, a.at());
  for (const Operand* side : {&a, &b})
    require<DTypeError>(side->is_number() || side->tensor().dtype() == boolean,
                        "given {}; needs bool (compare with 0, or use the logical_ functions)",
                        side->is_number() ? boolean : side->tensor().dtype());
  return logical(name, a, b, f);
}

/// Whether f(x, y) holds for all pairs of elements of `a` and `b`, which have one dtype.
template <class F>
bool all_pairs(const Tensor& a, const Tensor& b, F f) {
  const Shape shape = broadcast(a.shape(), b.shape());
  const auto walk = kernels::plan_walk(shape, broadcast_strides(a.shape(), a.strides(), shape),
                                       broadcast_strides(b.shape(), b.strides(), shape));
  std::atomic<bool> all = true;
  dispatch(a.dtype(), [&]<class T>() {
    const T* x = a.data<T>();
    const T* y = b.data<T>();
    kernels::walk_all(walk, cheap, [&](const auto& offsets, std::int64_t n, const auto& steps) {
      if (!all.load(std::memory_order_relaxed)) return;
      bool holds = true;
      kernels::vectorized_for<T>([=, &holds, v = x + offsets[0], w = y + offsets[1]] {
        int failures = 0;
        if (steps[0] == 1 && steps[1] == 1)
          for (std::int64_t i = 0; i < n; ++i) failures |= f(v[i], w[i]) ? 0 : 1;
        else
          for (std::int64_t i = 0; i < n; ++i) failures |= f(v[i * steps[0]], w[i * steps[1]]) ? 0 : 1;
        holds = failures == 0;
      });
      if (!holds) all.store(false, std::memory_order_relaxed);
    });
  });
  return all;
}

}  // namespace

Tensor eq(const Operand& a, const Operand& b) { return compare("eq", a, b, std::equal_to<>()); }
Tensor ne(const Operand& a, const Operand& b) { return compare("ne", a, b, std::not_equal_to<>()); }
Tensor lt(const Operand& a, const Operand& b) { return compare("lt", a, b, std::less<>()); }
Tensor le(const Operand& a, const Operand& b) { return compare("le", a, b, std::less_equal<>()); }
Tensor gt(const Operand& a, const Operand& b) { return compare("gt", a, b, std::greater<>()); }
Tensor ge(const Operand& a, const Operand& b) { return compare("ge", a, b, std::greater_equal<>()); }

Tensor logical_and(const Operand& a, const Operand& b) {
  return logical("logical_and", a, b, std::bit_and<bool>());
}
Tensor logical_or(const Operand& a, const Operand& b) {
  return logical("logical_or", a, b, std::bit_or<bool>());
}
Tensor logical_xor(const Operand& a, const Operand& b) {
  return logical("logical_xor", a, b, std::not_equal_to<bool>());
}
Tensor logical_not(const Tensor& x, SourceLocation at) {
  return test("logical_not", x, at, [](auto v) { return v == 0; });
}

Tensor operator&(const Operand& a, const Operand& b) {
  return logical_operator("&", a, b, std::bit_and<bool>());
}
Tensor operator|(const Operand& a, const Operand& b) {
  return logical_operator("|", a, b, std::bit_or<bool>());
}
Tensor operator^(const Operand& a, const Operand& b) {
  return logical_operator("^", a, b, std::not_equal_to<bool>());
}
Tensor operator~(const Operand& x) { return logical_operator("~", x, true, std::not_equal_to<bool>()); }

Tensor isnan(const Tensor& x, SourceLocation at) {
  return test("isnan", x, at, [](auto v) { return kernels::is_nan(v); });
}
Tensor isinf(const Tensor& x, SourceLocation at) {
  return test("isinf", x, at, [](auto v) { return std::isinf(static_cast<double>(v)); });
}
Tensor isfinite(const Tensor& x, SourceLocation at) {
  return test("isfinite", x, at, [](auto v) { return std::isfinite(static_cast<double>(v)); });
}

bool equal(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  return all_pairs(a, b, std::equal_to<>());
}

bool allclose(const Tensor& a, const Tensor& b, const CloseOptions& options, SourceLocation at) {
  const OpScope scope("allclose", at);
  match(a, b);
  return all_pairs(a, b, [&](auto x, auto y) {
    const auto v = static_cast<double>(x), w = static_cast<double>(y);
    if (v == w || (options.equal_nan && std::isnan(v) && std::isnan(w))) return true;
    return std::isfinite(w) && std::abs(v - w) <= options.atol + options.rtol * std::abs(w);
  });
}

}  // namespace gradus
