#include "support/isa.hpp"
#include "support/catch.hpp"
#include "support/same_bits.hpp"
#include "support/strided.hpp"

#include <cmath>
#include <limits>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus::isa_test {
using kernels::Isa;

namespace {

/// Values of every kind: ordinary ones of both signs and, after the first few, infinities, NaN and zeros.
Tensor mixed(const Shape& shape, DType dtype = float32) {
  Generator generator(7);
  Tensor x = uniform(shape, -3, 3, {.dtype = float64}, &generator);
  const auto values = x.mutable_span<double>();
  constexpr double inf = std::numeric_limits<double>::infinity();
  const std::array special{inf, -inf, std::nan(""), 0.0, -0.0, 1e-42, 1.0, -1.0};
  for (std::size_t i = 5; i < values.size(); i += 3) values[i] = special[i / 3 % special.size()];
  return x.to(dtype);
}

/// One-dimensional tensors of n elements with the same values, differently placed: dense, beside a vector's
/// bounds, and with steps.
std::vector<Tensor> placements(std::int64_t n, DType dtype) {
  const Tensor x = mixed({n}, dtype);
  const Tensor shifted = empty({n + 1}, dtype), spaced = empty({3 * n}, dtype);
  std::vector<Tensor> all{x, slice(shifted, 0, 1, n + 1), slice(spaced, 0, 0, 3 * n, 3)};
  for (Tensor& y : all) y.copy_(x);
  return all;
}

/// Whether what `f` gives on every instruction set for each of `layouts`, which hold the values of x, has the
/// bits of f(x) on the baseline.
template <class F>
void check_everywhere(const F& f, const Tensor& x, const std::vector<Tensor>& layouts) {
  std::vector<Tensor> expected;
  {
    const test::UseIsa baseline(Isa::baseline);
    expected = f(x);
  }
  for (const Isa isa : test::available_isas()) {
    const test::UseIsa use(isa);
    for (const Tensor& v : layouts) {
      const std::vector<Tensor> found = f(v);
      for (std::size_t i = 0; i < found.size(); ++i) {
        CAPTURE(kernels::to_string(isa), v.strides(), i);
        CHECK(test::same_values(found[i], expected[i]));
      }
    }
  }
}

}  // namespace

TEST_CASE("instruction sets have names, and none beyond the processor's is taken", "[autograd][isa]") {
  CHECK(kernels::to_string(Isa::baseline) == "baseline");
  CHECK(kernels::to_string(Isa::avx2) == "avx2");
  CHECK(kernels::to_string(Isa::avx512) == "avx512");
  CHECK(kernels::isa() <= kernels::best_isa());
  for (const Isa isa : {Isa::avx2, Isa::avx512}) {
    if (isa <= kernels::best_isa()) continue;
    CHECK_THROWS_AS(kernels::set_isa(isa), ValueError);
    WARN("SKIPPED: this processor has no " << kernels::to_string(isa) << ", so nothing is tried on it");
  }
}

TEST_CASE("pointwise ops give the same bits on every instruction set, wherever their inputs lie",
          "[autograd][isa]") {
  const DType dtype = GENERATE(float32, float64);
  const std::int64_t n = GENERATE(1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 37, 64, 65, 511, 513, 1031);
  CAPTURE(dtype, n);
  const auto f = [](const Tensor& x) {
    const Tensor y = flip(x, 0);
    return std::vector<Tensor>{x + y,
                               x * y,
                               x / y,
                               2 - x,
                               exp(x),
                               log(abs(x)),
                               tanh(x),
                               sigmoid(x),
                               erf(x),
                               expm1(x),
                               log1p(abs(x)),
                               relu(x),
                               gelu(x),
                               silu(x),
                               elu(x),
                               softplus(x),
                               sqrt(abs(x)),
                               floor(x),
                               round(x),
                               sign(x),
                               maximum(x, y),
                               clamp(x, -1, 1),
                               where(x > y, x, y),
                               x == y,
                               x > 0,
                               isnan(x),
                               pow(x, 3)};
  };
  check_everywhere(f, mixed({n}, dtype), placements(n, dtype));
}

TEST_CASE("broadcast operands of every kind are met where they should be", "[autograd][isa]") {
  const auto [rows, columns] =
      GENERATE(table<std::int64_t, std::int64_t>({{1, 1}, {3, 5}, {70, 10}, {600, 2}, {4, 130}, {3, 1025}}));
  const test::UseIsa use(GENERATE(from_range(test::available_isas())));
  CAPTURE(rows, columns);
  Generator generator(3);
  const Tensor x = uniform({rows, columns}, -1, 1, {}, &generator);
  const std::vector<Tensor> others{
      uniform({columns}, -1, 1, {}, &generator), uniform({rows, 1}, -1, 1, {}, &generator),
      uniform({}, -1, 1, {}, &generator), transpose(uniform({columns, rows}, -1, 1, {}, &generator), 0, 1),
      uniform({rows, columns}, -1, 1, {}, &generator)};
  for (const Tensor& other : others) {
    CAPTURE(other.shape(), other.strides());
    const std::vector<float> a = x.to_vector<float>(), b = expand(other, x.shape()).to_vector<float>(),
                             found = (x - other).to_vector<float>(), turned = (other - x).to_vector<float>(),
                             chosen = where(x < other, x, other).to_vector<float>();
    for (std::size_t i = 0; i < a.size(); ++i) {
      REQUIRE(found[i] == a[i] - b[i]);
      REQUIRE(turned[i] == b[i] - a[i]);
      REQUIRE(chosen[i] == std::min(a[i], b[i]));
    }
  }
}

TEST_CASE("reductions give the same bits on every instruction set and in every layout", "[autograd][isa]") {
  const DType dtype = GENERATE(float32, float64);
  const auto [rows, n, columns] = GENERATE(table<std::int64_t, std::int64_t, std::int64_t>(
      {{1, 1, 1}, {3, 7, 5}, {2, 63, 9}, {5, 65, 4}, {2, 577, 3}, {1, 4099, 2}, {2, 9000, 1}, {3, 8, 300}}));
  if (test::sanitized && (dtype == float64 || n > 5000)) return;
  CAPTURE(dtype, rows, n, columns);
  Generator generator(5);
  const Tensor x = uniform({rows, n, columns}, -2, 3, {.dtype = dtype}, &generator);
  const auto f = [](const Tensor& v) {
    std::vector<Tensor> results;
    for (const Dims& dims : {Dims{}, Dims{0}, Dims{1}, Dims{2}, Dims{0, 2}, Dims{0, 1}})
      for (const Tensor& y :
           {sum(v, dims), mean(v, dims), amax(v, dims), amin(v, dims), norm(v, 2, dims),
            var(v, dims, {.correction = 0}), logsumexp(v, dims), any(v > 2, dims), all(v > -2, dims)})
        results.push_back(y);
    for (const std::int64_t dim : {0, 1, 2})
      for (const Tensor& y :
           {argmax(v, dim), min(v, dim).indices, softmax(v, dim), log_softmax(v, dim), cumsum(v, dim)})
        results.push_back(y);
    results.push_back(layer_norm(v, {v.size(2)}));
    results.push_back(v.size(0) * v.size(2) < 2 ? v : batch_norm(v, {}, {}, {}, {}, {.training = true}));
    return results;
  };
  check_everywhere(f, x,
                   {x, transpose(transpose(x, 1, 2).contiguous(), 1, 2),
                    transpose(transpose(x, 0, 2).contiguous(), 0, 2), test::sliced_layout(x)});
}

TEST_CASE("short reductions give the same bits on every instruction set and in every layout",
          "[autograd][isa]") {
  const DType dtype = GENERATE(float32, float64);
  const std::int64_t n = GENERATE(range(1, 41), 63, 64, 65, 72, 127, 128, 129, 200);
  if (test::sanitized && (dtype == float64 || n % 3 != 0)) return;
  CAPTURE(dtype, n);
  Generator generator(6);
  const bool special = n % 2 == 0;
  const Tensor x = special ? mixed({n, 37}, dtype) : uniform({n, 37}, -2, 3, {.dtype = dtype}, &generator);
  const auto f = [](const Tensor& v) {
    std::vector<Tensor> results;
    for (const Dims& dims : {Dims{}, Dims{0}, Dims{1}})
      for (const Tensor& y :
           {sum(v, dims), mean(v, dims), prod(v, dims), amax(v, dims), amin(v, dims), logsumexp(v, dims)})
        results.push_back(y);
    results.push_back(dot(select(v, 1, 3), select(v, 1, 36)));
    results.push_back(adaptive_avg_pool2d(expand(v, {2, v.size(0), v.size(1)}), 1));
    results.push_back(adaptive_avg_pool2d(permute(expand(v, {2, v.size(0), v.size(1)}), {2, 0, 1}), 1));
    return results;
  };
  check_everywhere(f, x, {x, transpose(transpose(x, 0, 1).contiguous(), 0, 1), test::sliced_layout(x)});
}

TEST_CASE("gradients of normalisation have the same bits on every instruction set and in every layout",
          "[autograd][isa][norm]") {
  const DType dtype = GENERATE(float32, float64);
  const Shape shape = GENERATE(Shape{2, 3, 5, 7}, Shape{3, 37, 9, 17}, Shape{2, 64, 13, 13},
                               Shape{2, 5, 3, 1500}, Shape{1, 300, 8, 16});
  const bool special = GENERATE(false, true);
  if (test::sanitized && (dtype == float64 || numel(shape) > 10'000)) return;
  CAPTURE(dtype, shape, special);
  Generator generator(8);
  const auto draw = [&](const Shape& s) { return uniform(s, -2, 3, {.dtype = dtype}, &generator); };
  const Tensor x = special ? mixed(shape, dtype) : draw(shape), w = draw({shape[1]}), b = draw({shape[1]}),
               middle = draw({shape[1]}), spread = draw({shape[1]}) + 2.5, inner = draw({shape[2], shape[3]});
  const auto f = [&](const Tensor& v) {
    std::vector<Tensor> results;
    const Tensor up = v.detach() * 0.5 - 0.25;  // lies as v does
    const auto add = [&](const Tensor& y, const std::vector<Tensor>& leaves) {
      for (const Tensor& g : {up, up.contiguous()})
        for (const Tensor& d : grad({y}, leaves, {.grad_outputs = {g}, .retain_graph = true}))
          results.push_back(d);
    };
    const Tensor leaf = v.detach().requires_grad_(), weight = w.detach().requires_grad_(),
                 bias = b.detach().requires_grad_(), each = inner.detach().requires_grad_();
    add(batch_norm(leaf, {}, {}, weight, bias, {.training = true}), {leaf, weight, bias});
    add(batch_norm(leaf, middle, spread, weight, bias), {leaf, weight, bias});
    add(layer_norm(leaf, {shape[2], shape[3]}, each), {leaf, each});
    return results;
  };
  check_everywhere(f, x,
                   {x, permute(permute(x, {0, 2, 3, 1}).contiguous(), {0, 3, 1, 2}),
                    permute(permute(x, {1, 0, 3, 2}).contiguous(), {1, 0, 3, 2}), test::sliced_layout(x)});
}

TEST_CASE("reductions and their gradients have the same bits for any number of threads",
          "[autograd][isa][threads]") {
  const auto same = [](const Shape& shape, auto f) {
    Generator generator(9);
    const Tensor x = uniform(shape, -2, 2, {}, &generator);
    return test::same_for_any_threads([&] {
      const Tensor leaf = x.detach().requires_grad_();
      const Tensor y = f(leaf);
      Generator draws(4);
      y.backward(uniform(y.shape(), -1, 1, {}, &draws));
      return cat({reshape(y.detach(), {y.numel()}), reshape(leaf.grad(), {leaf.numel()})}, 0);
    });
  };
  for (const Shape& shape : {Shape{67, 977}, Shape{9'001, 11}, Shape{3, 20'009}}) {
    CAPTURE(shape);
    for (const std::int64_t dim : {0, 1}) {
      CHECK(same(shape, [=](const Tensor& x) { return sum(x, dim); }));
      CHECK(same(shape, [=](const Tensor& x) { return var(x, dim); }));
      CHECK(same(shape, [=](const Tensor& x) { return amax(x, dim); }));
      CHECK(same(shape, [=](const Tensor& x) { return max(x, dim).values; }));
      CHECK(same(shape, [=](const Tensor& x) { return norm(x, 2, dim); }));
      CHECK(same(shape, [=](const Tensor& x) { return logsumexp(x, dim); }));
      CHECK(same(shape, [=](const Tensor& x) { return softmax(x, dim); }));
      CHECK(same(shape, [=](const Tensor& x) { return log_softmax(x, dim); }));
      CHECK(same(shape, [=](const Tensor& x) { return cumsum(x, dim); }));
    }
    CHECK(same(shape, [](const Tensor& x) { return mean(x); }));
    CHECK(same(shape, [](const Tensor& x) { return layer_norm(x, {x.size(1)}); }));
    CHECK(same(shape, [](const Tensor& x) { return batch_norm(x, {}, {}, {}, {}, {.training = true}); }));
  }
}

TEST_CASE("pointwise values and gradients have the same bits for any number of threads",
          "[autograd][isa][threads]") {
  const Tensor x = mixed({37, 4001});
  const auto gradients = [&](auto f) {
    return test::same_for_any_threads([&] {
      const Tensor leaf = x.detach().requires_grad_();
      const Tensor y = f(leaf);
      y.backward(ones_like(y));
      return cat({y.detach(), leaf.grad()}, 0);
    });
  };
  CHECK(gradients([](const Tensor& v) { return tanh(v); }));
  CHECK(gradients([](const Tensor& v) { return gelu(v); }));
  CHECK(gradients([](const Tensor& v) { return v * slice(v, 1, 0, 1); }));
  CHECK(gradients([](const Tensor& v) { return v + slice(v, 0, 0, 1); }));
  CHECK(gradients([](const Tensor& v) { return where(v > 0, v, exp(v)); }));
}

}  // namespace gradus::isa_test
