// Factors of matrices, pseudoinverses, least squares, exponentials: against PyTorch, by definition, errors.
#include <gradus/autograd/ops/decomposition.hpp>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/pytorch.hpp"
#include "support/same_bits.hpp"
#include "support/strided.hpp"

namespace gradus::decomposition_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

const char* const file = "factors.json";

Tensor mT(const Tensor& x) { return transpose(x, -2, -1); }
Tensor identity(std::int64_t n) { return eye(n, -1, {.dtype = float64}); }
Tensor flat(const std::vector<Tensor>& parts) {
  std::vector<Tensor> rows;
  for (const Tensor& part : parts) rows.push_back(flatten(part));
  return cat(rows);
}

/// Factors are unique but for signs; these are the ones that the fixtures have.
Tensor signed_eigh(const Tensor& a) {
  const auto [values, vectors] = eigh(a);
  return flat({values, vectors * sign(narrow(vectors.detach(), -2, 0, 1))});
}
Tensor signed_svd(const Tensor& a) {
  const auto [u, s, vh] = svd(a);
  const Tensor signs = sign(narrow(u.detach(), -2, 0, 1));
  return flat({u * signs, s, vh * mT(signs)});
}

bool ascend(const Tensor& x) { return x.size(-1) < 2 || all(diff(x, 1, -1) >= 0).item<bool>(); }

/// Shapes and layouts for what holds by definition.
std::vector<Tensor> samples() {
  const Tensor x = variable({2, 5, 3}).detach();
  return {x,
          mT(x),
          sliced_layout(x),
          expand(select(x, 0, 0), {2, 5, 3}),
          variable({20, 17}, 2).detach(),
          zeros({3, 2}, {.dtype = float64}),
          zeros({0, 3}, {.dtype = float64}),
          zeros({2, 3, 0}, {.dtype = float64}),
          zeros({0, 2, 2}, {.dtype = float64})};
}

}  // namespace

TEST_CASE("factors agree with PyTorch and central differences", "[linalg]") {
  CHECK(disagreement(file, "qr", [](In in, Options) {
          const auto [q, r] = qr(in["a"]);
          return flat({q, r});
        }) == "");
  CHECK(disagreement(file, "eigh", [](In in, Options) { return signed_eigh(in["x"] + mT(in["x"])); }) == "");
  CHECK(disagreement(file, "eigvalsh", [](In in, Options) { return eigvalsh(in["x"] + mT(in["x"])); }) == "");
  CHECK(disagreement(file, "svd", [](In in, Options) { return signed_svd(in["a"]); }) == "");
  CHECK(disagreement(file, "svdvals", [](In in, Options) { return svdvals(in["a"]); }) == "");
}

TEST_CASE("pseudoinverses and least squares agree with PyTorch and central differences", "[linalg]") {
  CHECK(disagreement(file, "pinverse", [](In in, Options) { return pinverse(in["a"]); }) == "");
  CHECK(disagreement(file, "lstsq", [](In in, Options) { return lstsq(in["a"], in["b"]); }) == "");
}

TEST_CASE("matrix_exp agrees with PyTorch and central differences", "[linalg]") {
  CHECK(disagreement(file, "matrix_exp", [](In in, Options) { return matrix_exp(in["a"]); }) == "");
}

TEST_CASE("factors multiply to the matrix, whatever its shape and layout", "[linalg]") {
  for (const Tensor& a : samples()) {
    CAPTURE(to_string(a.shape()), to_string(a.strides()));
    const std::int64_t k = std::min(a.size(-2), a.size(-1));
    const auto [q, r] = qr(a);
    CHECK(difference(matmul(q, r), a) < 1e-14);
    CHECK(difference(matmul(mT(q), q), expand(identity(k), matmul(mT(q), q).shape())) < 1e-14);
    CHECK(equal(triu(r), r));
    const auto [u, s, vh] = svd(a);
    CHECK(difference(matmul(u * unsqueeze(s, -2), vh), a) < 1e-14);
    CHECK(difference(matmul(vh, mT(vh)), expand(identity(k), matmul(vh, mT(vh)).shape())) < 1e-14);
    CHECK(ascend(-s));
    CHECK(all(s >= 0).item<bool>());
    const Tensor gram = matmul(mT(a), a);
    const auto [values, vectors] = eigh(gram);
    CHECK(difference(matmul(gram, vectors), vectors * unsqueeze(values, -2)) < 1e-12);
    CHECK(ascend(values));
    const Tensor p = pinverse(a);
    CHECK(difference(matmul(matmul(a, p), a), a) < 1e-13);
    CHECK(difference(matmul(matmul(p, a), p), p) < 1e-13);
    CHECK(difference(matmul(a, p), mT(matmul(a, p))) < 1e-13);
  }
}

TEST_CASE("factors by hand", "[linalg]") {
  const Tensor a = doubles({{3, 99}, {4, 5}});
  CHECK(difference(eigvalsh(doubles({{2, 99}, {1, 2}})), doubles({1, 3})) < 1e-15);  // the lower triangle
  CHECK(difference(qr(narrow(a, 1, 0, 1)).q, doubles({{-0.6}, {-0.8}})) < 1e-15);    // as LAPACK's signs are
  CHECK(difference(svdvals(doubles({{0, -3}, {2, 0}})), doubles({3, 2})) < 1e-15);
  CHECK(difference(pinverse(doubles({{2, 0}, {0, 0}})), doubles({{0.5, 0}, {0, 0}})) < 1e-15);
  CHECK(difference(pinverse(doubles({{2, 0}, {0, 1}}), 0.5), doubles({{0.5, 0}, {0, 0}})) < 1e-15);
  // The line of least squares through (0, 1), (1, 1), (2, 4), and the shortest of many solutions.
  CHECK(difference(lstsq(doubles({{1, 0}, {1, 1}, {1, 2}}), doubles({1, 1, 4})), doubles({0.5, 1.5})) <
        1e-14);
  CHECK(difference(lstsq(doubles({{3, 4}}), doubles({{25}})), doubles({{3}, {4}})) < 1e-14);
  CHECK(lstsq(zeros({2, 1, 3, 2}), zeros({5, 3, 1})).shape() == Shape{2, 5, 2, 1});
  CHECK(qr(ones({3, 2})).r.dtype() == float32);
  CHECK(difference(svd(ones({40, 30})).s.to(float64), cat({full({1}, std::sqrt(1200.0), {.dtype = float64}),
                                                           zeros({29}, {.dtype = float64})})) < 1e-5);
}

TEST_CASE("matrix_exp by hand", "[linalg]") {
  const double angle = 30;
  const Tensor turn = doubles({{0, -angle}, {angle, 0}});
  CHECK(difference(matrix_exp(turn), doubles({{std::cos(angle), -std::sin(angle)},
                                              {std::sin(angle), std::cos(angle)}})) < 1e-13);
  CHECK(difference(matrix_exp(doubles({{0, 7}, {0, 0}})), doubles({{1, 7}, {0, 1}})) < 1e-15);
  CHECK(difference(matrix_exp(doubles({{-700}})) * std::exp(700.0), doubles({{1}})) < 1e-12);
  // Each of a batch is scaled by its own norm: its bits do not depend on the others.
  const Tensor both = stack({turn / 100, turn * 10});
  CHECK(same_bits(select(matrix_exp(both), 0, 0), matrix_exp(turn / 100)));
  CHECK(matrix_exp(zeros({2, 0, 0})).shape() == Shape{2, 0, 0});
  CHECK(matrix_exp(zeros({0, 3, 3})).numel() == 0);
  CHECK(matrix_exp(eye(2)).dtype() == float32);
  CHECK(isnan(matrix_exp(doubles({{INFINITY, 1}, {1, 0}}))).to_vector<bool>()[0]);
}

TEST_CASE("derivatives where factors are degenerate", "[linalg]") {
  const auto slope = [](const Tensor& x, auto&& f) {
    const Tensor leaf = Tensor(x.detach().clone()).requires_grad_();
    return grad(sum(f(leaf)), leaf);
  };
  // Equal values: those alone have a gradient, their vectors none.
  CHECK(difference(slope(identity(2), [](const Tensor& x) { return eigvalsh(x); }), identity(2)) < 1e-15);
  CHECK(difference(slope(identity(2), [](const Tensor& x) { return svdvals(x); }), identity(2)) < 1e-15);
  CHECK_FALSE(
      all(isfinite(slope(identity(2), [](const Tensor& x) { return eigh(x).vectors; }))).item<bool>());
  CHECK_FALSE(all(isfinite(slope(ones({2, 2}, {.dtype = float64}), [](const Tensor& x) {
                return qr(x).q;
              }))).item<bool>());
  // A rotation has equal singular values, but its pseudoinverse is its inverse.
  const Tensor turned = doubles({{0, 1}, {-1, 0}});
  CHECK(difference(slope(turned, [](const Tensor& x) { return square(pinverse(x)); }),
                   slope(turned, [](const Tensor& x) { return square(inverse(x)); })) < 1e-14);
  // Both triangles share the gradient.
  const Tensor g = slope(doubles({{2, 1}, {1, 3}}), [](const Tensor& x) { return square(eigvalsh(x)); });
  CHECK(difference(g, doubles({{4, 2}, {2, 6}})) < 1e-14);
}

TEST_CASE("factors have the same bits for any number of threads", "[linalg][threads]") {
  const Tensor a = variable({64, 6, 5}, 3).detach();
  CHECK(same_for_any_threads([&] { return flat({svd(a).u, qr(a).q, matrix_exp(matmul(mT(a), a) / 8)}); }));
}

TEST_CASE("factors say what is wrong", "[linalg][error]") {
  CHECK_THROWS_WITH(qr(zeros({3})), Contains("qr: given [3]; needs [.., n, m] (decomposition_test.cpp:"));
  CHECK_THROWS_WITH(svd(eye(2, -1, {.dtype = int64})),
                    Contains("svd: given int64; needs float32 or float64"));
  CHECK_THROWS_WITH(eigh(zeros({2, 3})), Contains("eigh: given [2, 3]; needs [.., n, n]"));
  CHECK_THROWS_AS(matrix_exp(zeros({2, 3})), ShapeError);
  const Tensor bad = stack({eye(2), full({2, 2}, std::nan(""))});
  CHECK_THROWS_WITH(eigh(bad), Contains("eigh: matrix 1 of [2, 2, 2] has elements that are not finite"));
  CHECK_THROWS_WITH(svd(bad), Contains("svd: matrix 1 of [2, 2, 2] has elements that are not finite"));
  CHECK_THROWS_WITH(pinverse(eye(2), -1.0), Contains("pinverse: rcond is -1; it must not be negative"));
  CHECK_THROWS_WITH(lstsq(eye(2), zeros({3, 1})),
                    Contains("lstsq: a is [2, 2] and b is [3, 1]; needs [.., 2, k]"));
  CHECK_THROWS_WITH(lstsq(eye(2), zeros({2, 1}, {.dtype = float64})),
                    Contains("a is float32 and b is float64"));
}

}  // namespace gradus::decomposition_test
