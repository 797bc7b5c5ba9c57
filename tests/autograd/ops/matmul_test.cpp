#include <cmath>

#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/kernels/gemm.hpp>
#include <gradus/autograd/kernels/gemm_tile.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/fixtures.hpp"

namespace gradus::matmul_test {
using Catch::Matchers::Contains;

namespace {

/// Distinct small whole numbers: products are exact in float.
Tensor ramp(const Shape& shape, DType dtype = float64) {
  std::vector<double> values(static_cast<std::size_t>(numel(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>((i * 7 + 3) % 11) - 5;
  return from_vector(values, shape).to(dtype);
}

/// The definition, one element at a time.
std::vector<double> naive(const Tensor& a, const Tensor& b) {
  const auto m = a.size(0), k = a.size(1), n = b.size(1);
  const auto x = a.to_vector<double>(), y = b.to_vector<double>();
  std::vector<double> z;
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t j = 0; j < n; ++j) {
      double s = 0;
      for (std::int64_t l = 0; l < k; ++l)
        s += x[static_cast<std::size_t>(i * k + l)] * y[static_cast<std::size_t>(l * n + j)];
      z.push_back(s);
    }
  return z;
}

struct UseBackend {
  explicit UseBackend(kernels::GemmBackend backend) { kernels::set_gemm_backend(backend); }
  ~UseBackend() { kernels::set_gemm_backend(kernels::GemmBackend::automatic); }
};

}  // namespace

TEST_CASE("matmul of matrices is the sum of products, on either backend", "[matmul]") {
  const auto backend = GENERATE(kernels::GemmBackend::automatic, kernels::GemmBackend::eigen);
  const UseBackend use(backend);
  for (const auto& [m, k, n] : std::vector<std::array<std::int64_t, 3>>{{1, 1, 1},
                                                                        {2, 3, 4},
                                                                        {7, 1, 5},
                                                                        {1, 9, 1},
                                                                        {64, 256, 128},
                                                                        {65, 257, 129},
                                                                        {63, 513, 31},
                                                                        {130, 2, 300},
                                                                        {300, 250, 40},
                                                                        {33, 700, 130},
                                                                        {193, 513, 229}}) {
    CAPTURE(m, k, n);
    for (const DType dtype : {float32, float64}) {
      const Tensor a = ramp({m, k}, dtype), b = ramp({k, n}, dtype);
      const auto expected = naive(a.to(float64), b.to(float64));
      CHECK(matmul(a, b).to(float64).to_vector<double>() == expected);
      // The same values under other strides.
      const Tensor at = transpose(transpose(a, 0, 1).contiguous(), 0, 1);
      const Tensor bt = transpose(transpose(b, 0, 1).contiguous(), 0, 1);
      CHECK(matmul(at, bt).to(float64).to_vector<double>() == expected);
      CHECK(matmul(a, bt).to(float64).to_vector<double>() == expected);
      const Tensor wide = ramp({m, 3 * k}, dtype);
      const Tensor every_third = slice(wide, 1, 1, 3 * k, 3);
      CHECK(matmul(every_third, b).to(float64).to_vector<double>() ==
            naive(every_third.to(float64).contiguous(), b.to(float64)));
    }
  }
}

TEST_CASE("a factor in strips gives the same products, also added to what is there", "[matmul]") {
  const UseBackend use(GENERATE(kernels::GemmBackend::automatic, kernels::GemmBackend::eigen));
  for (const auto& [m, k, n] : std::vector<std::array<std::int64_t, 3>>{
           {1, 1, 1}, {32, 128, 512}, {5, 300, 65}, {100, 257, 63}, {3, 0, 70}, {0, 4, 4}, {4, 4, 0}}) {
    CAPTURE(m, k, n);
    const Tensor a = ramp({m, k}, float32), b = ramp({k, n}, float32);
    const Tensor by_columns = transpose(transpose(b, 0, 1).contiguous(), 0, 1);
    const Tensor expected = matmul(a, b);
    for (const Tensor& factor : {b, by_columns}) {
      const kernels::Matrix<const float> right{factor.data<float>(), k, n, factor.strides()[0],
                                               factor.strides()[1]};
      const kernels::Strips<float> strips(right);
      const Tensor c = full({m, n}, 7, {.dtype = float32});
      const auto left = kernels::row_major(a.data<float>(), m, k);
      const auto result = kernels::row_major(c.mutable_data<float>(), m, n);
      kernels::gemm(left, strips, result, true);
      CHECK(equal(c, expected + 7));
      kernels::gemm(left, strips, result);
      CHECK(equal(c, expected));
    }
  }
}

TEST_CASE("matmul follows NumPy for vectors, batches and broadcasting", "[matmul]") {
  const Tensor v = tensor({1, 2, 3}), w = tensor({4, 5, 6}), m = tensor({{1, 2, 3}, {4, 5, 6}});
  CHECK(matmul(v, w).shape() == Shape{});
  CHECK(matmul(v, w).item<float>() == 32);
  CHECK(dot(v, w).item<float>() == 32);
  CHECK(matmul(m, v).to_vector<float>() == std::vector<float>{14, 32});
  CHECK(matmul(v, transpose(m, 0, 1)).to_vector<float>() == std::vector<float>{14, 32});
  CHECK(outer(v, tensor({1, 10})).to_vector<float>() == std::vector<float>{1, 10, 2, 20, 3, 30});

  const Tensor a = ramp({2, 1, 3, 4}), b = ramp({5, 4, 2});
  const Tensor c = matmul(a, b);
  CHECK(c.shape() == Shape{2, 5, 3, 2});
  for (std::int64_t i = 0; i < 2; ++i)
    for (std::int64_t j = 0; j < 5; ++j)
      CHECK(select(select(c, 0, i), 0, j).to_vector<double>() ==
            naive(select(select(a, 0, i), 0, 0), select(b, 0, j)));
  CHECK(matmul(ramp({2, 3, 4}), ramp({4, 5})).shape() == Shape{2, 3, 5});
  CHECK(matmul(ramp({2, 3, 4}), ramp({4})).shape() == Shape{2, 3});
  CHECK(bmm(ramp({2, 3, 4}), ramp({2, 4, 5})).shape() == Shape{2, 3, 5});
}

TEST_CASE("matmul of nothing is nothing, and of nothing inside is zero", "[matmul]") {
  CHECK(matmul(zeros({0, 3}), zeros({3, 2})).shape() == Shape{0, 2});
  CHECK(matmul(zeros({2, 0}), zeros({0, 3})).to_vector<float>() == std::vector<float>(6, 0));
  CHECK(matmul(zeros({0, 2, 3}), zeros({3, 4})).shape() == Shape{0, 2, 4});
}

TEST_CASE("matmul and linear have correct first and second derivatives", "[matmul][gradient]") {
  const auto product = [](const std::vector<Tensor>& in) { return matmul(in[0], in[1]); };
  for (const auto& [a, b] : std::vector<std::pair<Shape, Shape>>{{{2, 3}, {3, 4}},
                                                                 {{3}, {3}},
                                                                 {{2, 3}, {3}},
                                                                 {{3}, {3, 2}},
                                                                 {{2, 1, 2, 3}, {2, 3, 1}},
                                                                 {{2, 2, 3}, {3, 2}}}) {
    CAPTURE(a, b);
    const std::vector<Tensor> in{ramp(a).requires_grad_(), ramp(b).requires_grad_()};
    CHECK(gradcheck(product, in).ok());
    CHECK(gradgradcheck(product, in).ok());
  }
  const std::vector<Tensor> strided{transpose(ramp({3, 2}), 0, 1).requires_grad_(),
                                    slice(ramp({3, 8}), 1, 0, 8, 2).requires_grad_()};
  CHECK(gradcheck(product, strided).ok());

  const auto affine = [](const std::vector<Tensor>& in) { return linear(in[0], in[1], in[2]); };
  for (const Shape& x : {Shape{2, 3}, Shape{3}, Shape{2, 2, 3}}) {
    const std::vector<Tensor> in{ramp(x).requires_grad_(), ramp({4, 3}).requires_grad_(),
                                 ramp({4}).requires_grad_()};
    CHECK(gradcheck(affine, in).ok());
    CHECK(gradgradcheck(affine, in).ok());
  }
}

TEST_CASE("linear is x weight' + bias for any leading dimensions", "[linear]") {
  const Tensor x = tensor({{1, 2}, {3, 4}}), w = tensor({{1, 0}, {0, 1}, {1, 1}}), b = tensor({10, 20, 30});
  CHECK(linear(x, w, b).to_vector<float>() == std::vector<float>{11, 22, 33, 13, 24, 37});
  CHECK(linear(x, w).to_vector<float>() == std::vector<float>{1, 2, 3, 3, 4, 7});
  CHECK(linear(select(x, 0, 1), w, b).to_vector<float>() == std::vector<float>{13, 24, 37});
  CHECK(linear(zeros({0, 2}), w, b).shape() == Shape{0, 3});
  CHECK(linear(zeros({3, 5, 2}), w, b).shape() == Shape{3, 5, 3});
}

TEST_CASE("a large product is the same bits for any number of threads", "[matmul][threads]") {
  const std::int64_t rows = GENERATE(150, 250);
  const Tensor a = (ramp({rows, 700}) * 0.1).to(float32), b = (ramp({700, 333}) * 0.3).to(float32);
  const auto expected = [&] {
    const ThreadLimit one(1);
    return matmul(a, b).to_vector<float>();
  }();
  for (const int threads : {2, 3, 8}) {
    const ThreadLimit limit(threads);
    CHECK(matmul(a, b).to_vector<float>() == expected);
  }
}

TEST_CASE("NaN and infinity pass through a product", "[matmul]") {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor a = tensor({{1, 0}, {0, 1}}), b = tensor({{inf, 1}, {1, 1}});
  const auto c = matmul(a, b).to_vector<float>();
  CHECK(c[0] == std::numeric_limits<float>::infinity());
  CHECK(std::isnan(c[2]));  // 0 inf
}

TEST_CASE("matmul and linear name both shapes when they do not fit", "[matmul][error]") {
  CHECK_THROWS_WITH(
      matmul(zeros({2, 3}), zeros({4, 5})),
      Contains("matmul: a is [2, 3] and b is [4, 5]; need [.., m, k] and [.., k, n] (matmul_test.cpp:"));
  CHECK_THROWS_AS(matmul(zeros({}), zeros({3})), ShapeError);
  CHECK_THROWS_WITH(matmul(zeros({2, 2}), zeros({2, 2}, {.dtype = float64})),
                    Contains("float32 and b is float64"));
  CHECK_THROWS_AS(matmul(zeros({2, 2}, {.dtype = int64}), zeros({2, 2}, {.dtype = int64})), DTypeError);
  CHECK_THROWS_AS(matmul(zeros({3, 2, 2}), zeros({2, 2, 2})), ShapeError);
  Tensor w = zeros({128, 1600});
  w.set_name("fc1.weight");
  CHECK_THROWS_WITH(
      linear(zeros({64, 1568}), w),
      Contains("linear: input is [64, 1568] but fc1.weight is [128, 1600]; the last dimension must be "
               "1600 (matmul_test.cpp:"));
  CHECK_THROWS_WITH(linear(zeros({2, 3}), zeros({4, 3}), zeros({3})), Contains("bias is [3]; needs [4]"));
}

TEST_CASE("dot adds up products of any length and strides", "[matmul]") {
  for (const std::int64_t n : {0, 1, 7, 33, 4096, 10007}) {
    CAPTURE(n);
    const Tensor a = ramp({n}), b = ramp({2 * n + 1});
    const Tensor every_second = slice(b, 0, 1, 2 * n + 1, 2);
    double expected = 0;
    for (std::int64_t i = 0; i < n; ++i) expected += a.data<double>()[i] * b.data<double>()[2 * i + 1];
    CHECK(dot(a, every_second).item<double>() == expected);
    CHECK(matmul(a.to(float32), every_second.to(float32)).item<double>() == expected);
    CHECK(equal(dot(a, every_second), dot(a, every_second.contiguous())));
  }
  CHECK(std::isnan(dot(tensor({1.0, NAN, 2.0}), ones({3})).item<double>()));
  CHECK(std::isinf(dot(tensor({1.0, INFINITY, 2.0}), ones({3})).item<double>()));
  CHECK_THROWS_AS(dot(arange(3), arange(3)), DTypeError);
  const auto x = ramp({5}).requires_grad_(), y = slice(ramp({10}), 0, 0, 10, 2).detach().requires_grad_();
  const auto f = [](const Tensor& a, const Tensor& b) { return dot(a, b); };
  CHECK(gradcheck(f, {x, y}));
  CHECK(gradgradcheck(f, {x, y}));
  const auto product = [](const Tensor& a, const Tensor& b) { return outer(a, b); };
  CHECK(gradcheck(product, {x, y}));
  CHECK(gradgradcheck(product, {x, y}));
  CHECK(outer(tensor({0.0, 1.0}), tensor({INFINITY})).to_vector<float>()[1] == INFINITY);
}

}  // namespace gradus::matmul_test
