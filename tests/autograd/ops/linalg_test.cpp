// Products, systems of equations, inverses and determinants: against PyTorch, by hand, errors.
#include <gradus/autograd/ops/linalg.hpp>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/pytorch.hpp"
#include "support/same_bits.hpp"

namespace gradus::linalg_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

const char* const file = "linalg.json";

AddMmOptions factors(Options o) { return {.beta = o.number("beta", 1), .alpha = o.number("alpha", 1)}; }

Results named(const SlogDet& r) { return {{{"logabsdet", r.logabsdet}, {"sign", r.sign}}}; }

}  // namespace

TEST_CASE("products agree with PyTorch and central differences", "[einsum]") {
  CHECK(disagreement(file, "einsum", [](In in, Options o) {
          std::vector<Tensor> operands;
          for (const auto& [name, x] : in) operands.push_back(x);
          return einsum(o.text("equation", ""), operands);
        }) == "");
  CHECK(disagreement(file, "tensordot", [](In in, Options o) {
          if (o.has("count")) return tensordot(in["a_"], in["b_"], o.integer("count", 0));
          return tensordot(in["a_"], in["b_"], o.integers("dims_a"), o.integers("dims_b"));
        }) == "");
  CHECK(disagreement(file, "mm", [](In in, Options) { return mm(in["a"], in["b"]); }) == "");
  CHECK(disagreement(file, "mv", [](In in, Options) { return mv(in["a"], in["b"]); }) == "");
  CHECK(disagreement(file, "addmm",
                     [](In in, Options o) { return addmm(in["x"], in["a"], in["b"], factors(o)); }) == "");
  CHECK(disagreement(file, "addmv",
                     [](In in, Options o) { return addmv(in["x"], in["a"], in["b"], factors(o)); }) == "");
  CHECK(disagreement(file, "baddbmm",
                     [](In in, Options o) { return baddbmm(in["x"], in["a"], in["b"], factors(o)); }) == "");
}

TEST_CASE("systems of equations agree with PyTorch and central differences", "[linalg]") {
  CHECK(disagreement(file, "solve", [](In in, Options) { return solve(in["a"], in["b"]); }) == "");
  CHECK(disagreement(file, "inverse", [](In in, Options) { return inverse(in["a"]); }) == "");
  CHECK(disagreement(file, "solve_triangular", [](In in, Options o) {
          return solve_triangular(in["a"], in["b"],
                                  {.upper = o.flag("upper"),
                                   .left = o.flag("left", true),
                                   .unitriangular = o.flag("unitriangular")});
        }) == "");
  CHECK(disagreement(file, "triangular_solve", [](In in, Options o) {
          return triangular_solve(in["b"], in["a"],
                                  {.upper = o.flag("upper"), .transpose = o.flag("transpose")});
        }) == "");
  CHECK(disagreement(file, "cholesky", [](In in, Options) {
          const Tensor x = in["x"];
          return cholesky(matmul(x, transpose(x, -2, -1)) + eye(x.size(-1), -1, f64));
        }) == "");
  CHECK(disagreement(file, "cholesky_solve",
                     [](In in, Options) { return cholesky_solve(in["b"], tril(in["l"])); }) == "");
}

TEST_CASE("determinants and powers agree with PyTorch and central differences", "[linalg]") {
  CHECK(disagreement(file, "det", [](In in, Options) { return det(in["a"]); }) == "");
  CHECK(disagreement(file, "logdet", [](In in, Options) { return logdet(in["a"]); }) == "");
  CHECK(disagreement(file, "slogdet", [](In in, Options) { return named(slogdet(in["a"])); }) == "");
  CHECK(disagreement(file, "matrix_power",
                     [](In in, Options o) { return matrix_power(in["x"], o.integer("n", 0)); }) == "");
}

TEST_CASE("systems of equations by hand", "[linalg]") {
  const Tensor a = tensor({{2, 1}, {1, 3}}, f64);
  CHECK(difference(solve(a, tensor({3, 5}, f64)), tensor({0.8, 1.4}, f64)) < 1e-15);
  CHECK(difference(inverse(a), tensor({{0.6, -0.2}, {-0.2, 0.4}}, f64)) < 1e-15);
  CHECK(difference(det(a), tensor(5, f64)) < 1e-15);
  CHECK(difference(logdet(a), tensor(std::log(5.0), f64)) < 1e-15);
  CHECK(difference(cholesky(tensor({{4, 99}, {2, 5}}, f64)), tensor({{2, 0}, {1, 2}}, f64)) <
        1e-15);  // reads below
  // The other triangle, and a unit diagonal, are not read.
  CHECK(difference(solve_triangular(tensor({{9, 99}, {2, 9}}, f64), tensor({{1}, {5}}, f64),
                                    {.unitriangular = true}),
                   tensor({{1}, {3}}, f64)) < 1e-15);
  const Tensor singular = tensor({{1, 2}, {2, 4}}, f64);
  CHECK(det(singular).item<double>() == 0);
  CHECK(slogdet(singular).logabsdet.item<double>() == -std::numeric_limits<double>::infinity());
  CHECK(std::isnan(logdet(tensor({{0, 1}, {1, 0}}, f64)).item<double>()));
  CHECK(difference(slogdet(eye(400) * 1e-3).logabsdet, tensor(400 * std::log(1e-3))) <
        1e-6);  // det underflows
}

TEST_CASE("linear algebra in float32, of nothing, of many", "[linalg][einsum]") {
  CHECK(inverse(eye(3)).dtype() == float32);
  CHECK(solve(zeros({0, 0}), zeros({0, 2})).shape() == Shape{0, 2});
  CHECK(inverse(zeros({2, 0, 0})).shape() == Shape{2, 0, 0});
  CHECK(solve(zeros({0, 2, 2}), zeros({0, 2, 1})).shape() == Shape{0, 2, 1});
  CHECK(det(zeros({0, 0})).item<float>() == 1);
  CHECK(cholesky(zeros({3, 0, 0})).numel() == 0);
  CHECK(einsum("ij,jk->ik", {zeros({2, 0}), zeros({0, 3})}).to_vector<float>() == std::vector<float>(6, 0));
  CHECK(einsum("...->...", {zeros({2, 3})}).shape() == Shape{2, 3});
  CHECK(addmm(full({1}, std::nan("")), eye(2), eye(2), {.beta = 0}).to_vector<float>() ==
        std::vector<float>{1, 0, 0, 1});
  Generator generator(5);
  const Tensor a = randn({60, 8, 8}, f64, &generator) + 4 * eye(8, -1, f64);
  CHECK(difference(matmul(a, inverse(a)), expand(eye(8, -1, f64), {60, 8, 8})) < 1e-12);
  CHECK(same_for_any_threads([&] { return inverse(a); }));
  CHECK(same_for_any_threads([&] { return cholesky(matmul(a, transpose(a, 1, 2))); }));
}

TEST_CASE("linear algebra says what is wrong", "[linalg][error]") {
  const Tensor a = eye(2, -1, f64);
  CHECK_THROWS_WITH(inverse(zeros({2, 3})),
                    Contains("inverse: given [2, 3]; needs [.., n, n] (linalg_test.cpp:"));
  CHECK_THROWS_WITH(solve(a, zeros({3, 1}, f64)),
                    Contains("solve: a is [2, 2] and b is [3, 1]; needs [.., 2, m]"));
  CHECK_THROWS_WITH(solve(a, zeros({2, 1})), Contains("a is float64 and b is float32"));
  CHECK_THROWS_WITH(solve(stack({a, a * 0}), zeros({2, 1}, f64)),
                    Contains("matrix 1 of [2, 2, 2] is singular"));
  CHECK_THROWS_AS(inverse(a * 0), ValueError);
  CHECK_THROWS_WITH(
      cholesky(tensor({{1, 0}, {2, 1}}, f64)),
      Contains("cholesky: matrix 0 of [2, 2] is not positive definite: its leading minor of order 2"));
  CHECK_THROWS_AS(det(arange(4)), ShapeError);
  CHECK_THROWS_WITH(det(eye(2, -1, {.dtype = int64})), Contains("given int64; needs float32 or float64"));
  CHECK_THROWS_AS(triangular_solve(a, zeros({2})), ShapeError);
  const Tensor singular = zeros({2, 2}, {.dtype = float64, .requires_grad = true});
  CHECK_THROWS_WITH(det(singular).backward(), Contains("singular"));
}

TEST_CASE("products say what is wrong", "[einsum][error]") {
  const Tensor a = zeros({2, 3}), b = zeros({4, 5});
  CHECK_THROWS_WITH(einsum("ij,jk->ik", {a, b}),
                    Contains("einsum: 'j' stands for sizes 3 and 4 (linalg_test.cpp:"));
  CHECK_THROWS_WITH(einsum("ij->i", {a, b}),
                    Contains("the equation \"ij->i\" is of 1 operands, but 2 were given"));
  CHECK_THROWS_WITH(einsum("ijk->i", {a}), Contains("operand 0 is [2, 3], but \"ijk\" names 3 dimensions"));
  CHECK_THROWS_WITH(einsum("ij->k", {a}), Contains("names 'k', which no operand does"));
  CHECK_THROWS_WITH(einsum("ij->ii", {a}), Contains("names 'i' twice"));
  CHECK_THROWS_WITH(einsum("i#->i", {a}), Contains("has a '#' where a letter was expected"));
  CHECK_THROWS_WITH(einsum("ii->i", {a}), Contains("'i' stands for sizes 2 and 3 of [2, 3]"));
  CHECK_THROWS_AS(einsum("", {}), ValueError);
  CHECK_THROWS_AS(einsum("ij,jk->ik", {a, zeros({3, 2}, f64)}), DTypeError);
  CHECK_THROWS_WITH(tensordot(a, b, {1}, {0}), Contains("dimension 1 of a and dimension 0 of b differ"));
  CHECK_THROWS_WITH(tensordot(eye(2), eye(2), {0, 0}, {0, 1}),
                    Contains("dimensions [0, 0] of a or [0, 1] of b name one twice"));
  CHECK_THROWS_WITH(tensordot(a, b, 3), Contains("do not both have 3 dimensions"));
  CHECK_THROWS_WITH(mm(a, b), Contains("mm: a is [2, 3] and b is [4, 5]; need [m, k] and [k, n]"));
  CHECK_THROWS_WITH(mv(a, zeros({2})), Contains("mv: a is [2, 3] and x is [2]; need [m, n] and [n]"));
  CHECK_THROWS_WITH(addmm(zeros({3}), a, zeros({3, 2})),
                    Contains("[3] does not broadcast to the product's [2, 2]"));
  CHECK_THROWS_AS(baddbmm(a, a, a), ShapeError);
}

}  // namespace gradus::linalg_test
