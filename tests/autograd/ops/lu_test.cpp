// LU factors, eigenvalues, norms of matrices and what follows from singular values: against PyTorch, by
// definition, errors.
#include <gradus/autograd/ops/lu.hpp>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/pytorch.hpp"
#include "support/same_bits.hpp"
#include "support/strided.hpp"

namespace gradus::lu_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

const char* const file = "rare_ops.json";
constexpr double inf = std::numeric_limits<double>::infinity();

Tensor flat(const LU& f) { return cat({flatten(f.p), flatten(f.l), flatten(f.u)}); }
Tensor identity(std::int64_t n) { return eye(n, -1, f64); }

/// In the order of the fixtures, for they come in none.
Tensor order_of(const Tensor& pairs) {
  return argsort(select(pairs.detach(), -1, 0) + select(pairs.detach(), -1, 1) / 8, -1);
}
Tensor sorted_values(const Tensor& a) {
  const Tensor values = eigvals(a), order = order_of(values);
  return take_along_dim(values, unsqueeze(order, -1), -2);
}
Tensor sorted_magnitudes(const Tensor& a) {
  const auto [values, vectors] = eig(a);
  return take_along_dim(sum(square(vectors), -1), unsqueeze(order_of(values), -2), -1);
}

}  // namespace

TEST_CASE("LU factors agree with PyTorch and central differences", "[linalg]") {
  CHECK(disagreement(file, "lu", [](In in, Options) { return flat(lu(in["a"])); }) == "");
  CHECK(disagreement(file, "lu_solve", [](In in, Options) { return lu_solve(in["b"], lu(in["a"])); }) == "");
  CHECK(disagreement(file, "cholesky_inverse", [](In in, Options) { return cholesky_inverse(in["a"]); }) ==
        "");
}

TEST_CASE("eigenvalues agree with PyTorch and central differences", "[linalg]") {
  CHECK(disagreement(file, "eigvals", [](In in, Options) { return sorted_values(in["a"]); }) == "");
  CHECK(disagreement(file, "eig", [](In in, Options) { return sorted_magnitudes(in["a"]); }) == "");
}

TEST_CASE("eigenvalues by definition and by hand", "[linalg]") {
  const Tensor turn = eigvals(doubles({{0, -2}, {2, 0}}));  // a rotation by a right angle, twice as long
  CHECK(difference(take_along_dim(turn, unsqueeze(order_of(turn), -1), -2), doubles({{0, -2}, {0, 2}})) <
        1e-15);
  for (const Tensor& a : {variable({2, 4, 4}, 7).detach(), sliced_layout(variable({5, 5}, 8).detach()),
                          zeros({0, 2, 2}, f64), zeros({2, 0, 0}, f64)}) {
    const auto [values, vectors] = eig(a);
    const Tensor re = select(vectors, -1, 0), im = select(vectors, -1, 1);
    const Tensor x = unsqueeze(select(values, -1, 0), -2), y = unsqueeze(select(values, -1, 1), -2);
    CHECK(difference(matmul(a, re), re * x - im * y) < 1e-13);
    CHECK(difference(matmul(a, im), re * y + im * x) < 1e-13);
    CHECK(difference(sum(square(vectors), {-3, -1}), ones(select(values, -1, 0).shape(), f64)) < 1e-14);
  }
  CHECK(eig(eye(2)).values.dtype() == float32);
  CHECK_THROWS_WITH(eigvals(zeros({2, 3})), Contains("eig: given [2, 3]; needs [.., n, n]"));
  CHECK_THROWS_WITH(eig(full({1, 1}, inf)),
                    Contains("eig: matrix 0 of [1, 1] has elements that are not finite"));
}

TEST_CASE("norms, condition and rank of matrices agree with PyTorch and central differences", "[linalg]") {
  CHECK(disagreement(file, "matrix_norm", [](In in, Options o) {
          const bool keepdim = o.flag("keepdim");
          if (!o.has("kind")) return matrix_norm(in["x"], o.number("p", 0), keepdim);
          return matrix_norm(in["x"],
                             o.text("kind", "") == "fro" ? MatrixNorm::frobenius : MatrixNorm::nuclear);
        }) == "");
  CHECK(disagreement(file, "cond", [](In in, Options o) { return cond(in["x"], o.number("p", 0)); }) == "");
  CHECK(disagreement(file, "matrix_rank", [](In in, Options o) {
          return o.has("rtol") ? matrix_rank(in["x"], o.number("rtol", 0)) : matrix_rank(in["x"]);
        }) == "");
}

TEST_CASE("LU factors multiply to the matrix, whatever its shape and layout", "[linalg]") {
  const Tensor x = variable({2, 5, 3}).detach();
  for (const Tensor& a :
       {x, transpose(x, 1, 2), sliced_layout(x), expand(select(x, 0, 0), {2, 5, 3}),
        variable({20, 17}, 2).detach(), zeros({3, 2}, f64), zeros({0, 3}, f64), zeros({2, 3, 0}, f64),
        zeros({0, 2, 2}, f64), doubles({{0, 1}, {0, 2}}), doubles({{0, 0}, {3, 4}})}) {
    CAPTURE(to_string(a.shape()), to_string(a.strides()));
    const auto [p, l, u] = lu(a);
    CHECK(difference(matmul(p, matmul(l, u)), a) < 1e-14);
    CHECK(difference(matmul(p, transpose(p, -1, -2)), expand(identity(a.size(-2)), p.shape())) == 0);
    CHECK(equal(tril(l), l));
    CHECK(equal(triu(u), u));
    CHECK(all(diagonal(l, 0, -2, -1) == 1).item<bool>());
    CHECK(all(abs(l) <= 1).item<bool>());  // the pivots are the largest
  }
  const auto [p, l, u] = lu(tensor({{1, 2}, {4, 8}}));
  CHECK((p.dtype() == float32 && l.dtype() == float32 && u.dtype() == float32));
  CHECK(p.to_vector<float>() == std::vector<float>{0, 1, 1, 0});
  CHECK(l.to_vector<float>() == std::vector<float>{1, 0, 0.25, 1});
  CHECK(u.to_vector<float>() == std::vector<float>{4, 8, 0, 0});
  CHECK_FALSE(lu(ones({2, 2}).requires_grad_()).p.requires_grad());
}

TEST_CASE("LU factors have the same bits for any number of threads", "[linalg][threads]") {
  const Tensor a = variable({64, 6, 5}, 3).detach();
  CHECK(same_for_any_threads([&] { return flat(lu(a)); }));
}

TEST_CASE("norms and condition of matrices by hand", "[linalg]") {
  const Tensor x = doubles({{3, 0, 0}, {0, -4, 0}});
  CHECK(matrix_norm(x).item<double>() == 5);
  CHECK(std::abs(matrix_norm(x, MatrixNorm::nuclear).item<double>() - 7) < 1e-14);
  CHECK(matrix_norm(x, 1).item<double>() == 4);
  CHECK(matrix_norm(x, -1).item<double>() == 0);
  CHECK(matrix_norm(x, inf, true).shape() == Shape{1, 1});
  CHECK(std::abs(matrix_norm(x, -2).item<double>() - 3) < 1e-14);
  CHECK(matrix_norm(zeros({0, 3}), MatrixNorm::nuclear).item<float>() == 0);
  CHECK(cond(doubles({{1, 1}, {1, 1}}), -2).item<double>() < 1e-16);
  CHECK(cond(doubles({{2, 0}, {0, 0}})).item<double>() == inf);
  CHECK(equal(matrix_rank(stack({identity(3), zeros({3, 3}, f64), ones({3, 3}, f64)})), integers({3, 0, 1})));
  CHECK(matrix_rank(zeros({0, 3})).item<std::int64_t>() == 0);
  CHECK(matrix_rank(eye(3) * 1e-9).item<std::int64_t>() == 3);
}

TEST_CASE("LU factors and norms of matrices say what is wrong", "[linalg][error]") {
  CHECK_THROWS_WITH(lu(zeros({3})), Contains("lu: given [3]; needs [.., n, m] (lu_test.cpp:"));
  CHECK_THROWS_WITH(lu(zeros({2, 2}, {.dtype = int64})),
                    Contains("lu: given int64; needs float32 or float64"));
  CHECK_THROWS_WITH(lu_solve(zeros({3, 1}), lu(eye(2))),
                    Contains("lu_solve: b is [3, 1] and the factors are [2, 2]; needs [.., 2, m]"));
  CHECK_THROWS_AS(lu_solve(zeros({2, 1}), lu(zeros({2, 3}))), ShapeError);
  CHECK_THROWS_AS(lu_solve(zeros({2, 1}, f64), lu(eye(2))), DTypeError);
  CHECK_THROWS_WITH(cholesky_inverse(zeros({2, 3})),
                    Contains("cholesky_inverse: given [2, 3]; needs [.., n, n]"));
  CHECK_THROWS_WITH(matrix_norm(zeros({3})), Contains("matrix_norm: given [3]; needs [.., n, m]"));
  CHECK_THROWS_WITH(matrix_norm(eye(2), 3), Contains("matrix_norm: p is 3; it must be 1, 2 or infinity"));
  CHECK_THROWS_WITH(matrix_norm(zeros({0, 3}), 2), Contains("given [0, 3]; there are no singular values"));
  CHECK_THROWS_AS(cond(zeros({2, 2}), 1), ValueError);
  CHECK_THROWS_AS(cond(zeros({2, 3}), 1), ShapeError);
  CHECK_THROWS_AS(cond(zeros({0, 0})), ShapeError);
  CHECK_THROWS_WITH(matrix_rank(eye(2), -1.0), Contains("matrix_rank: rtol is -1; it must not be negative"));
}

}  // namespace gradus::lu_test
