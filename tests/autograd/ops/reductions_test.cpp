// What holds for every reduction: its values by the definition, its derivatives, its bits.
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>
#include <numeric>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/layouts.hpp"
#include "support/rows.hpp"
#include "support/same_bits.hpp"
#include "support/sanitized.hpp"

namespace gradus::reductions_test {

namespace {

using Row = std::vector<double>;

struct ReductionOp {
  std::string name;
  Tensor (*f)(const Tensor& x, const Dims& dims, bool keepdim);
  double (*of)(const Row&);
  bool of_nothing = true;     ///< whether there is a result for no elements
  bool is_smooth = true;      ///< whether central differences work on distinct values
  std::int64_t at_least = 1;  ///< elements that a derivative needs
};

double total(const Row& row) { return std::accumulate(row.begin(), row.end(), 0.0); }
double variance(const Row& row, double correction) {
  const double mean = total(row) / static_cast<double>(row.size());
  double sum = 0;
  for (const double x : row) sum += (x - mean) * (x - mean);
  return sum / std::max(static_cast<double>(row.size()) - correction, 0.0);
}
template <int p>
double norm_of(const Row& row) {
  double sum = 0;
  for (const double x : row) sum += std::pow(std::abs(x), p);
  return std::pow(sum, 1.0 / p);
}

const std::vector<ReductionOp>& reductions() {
  using T = const Tensor&;
  using D = const Dims&;
  static const std::vector<ReductionOp> all_of_them{
      {"sum", [](T x, D dims, bool keep) { return sum(x, dims, keep); }, total},
      {"mean", [](T x, D dims, bool keep) { return mean(x, dims, keep); },
       [](const Row& row) { return total(row) / static_cast<double>(row.size()); }},
      {"prod", [](T x, D dims, bool keep) { return prod(x, dims, keep); },
       [](const Row& row) { return std::accumulate(row.begin(), row.end(), 1.0, std::multiplies<>()); }},
      {"amax", [](T x, D dims, bool keep) { return amax(x, dims, keep); },
       [](const Row& row) { return *std::max_element(row.begin(), row.end()); }, false},
      {"amin", [](T x, D dims, bool keep) { return amin(x, dims, keep); },
       [](const Row& row) { return *std::min_element(row.begin(), row.end()); }, false},
      {"var", [](T x, D dims, bool keep) { return var(x, dims, {.keepdim = keep}); },
       [](const Row& row) { return variance(row, 1); }, true, true, 2},
      {"var of all", [](T x, D dims, bool keep) { return var(x, dims, {.correction = 0, .keepdim = keep}); },
       [](const Row& row) { return variance(row, 0); }},
      {"std", [](T x, D dims, bool keep) { return gradus::std(x, dims, {.keepdim = keep}); },
       [](const Row& row) { return std::sqrt(variance(row, 1)); }, true, true, 2},
      {"logsumexp", [](T x, D dims, bool keep) { return logsumexp(x, dims, keep); },
       [](const Row& row) {
         double sum = 0;
         for (const double x : row) sum += std::exp(x);
         return std::log(sum);
       }},
      {"norm", [](T x, D dims, bool keep) { return norm(x, 2, dims, keep); }, norm_of<2>},
      {"norm 1", [](T x, D dims, bool keep) { return norm(x, 1, dims, keep); }, norm_of<1>},
      {"norm 3", [](T x, D dims, bool keep) { return norm(x, 3, dims, keep); }, norm_of<3>},
      {"norm -1", [](T x, D dims, bool keep) { return norm(x, -1, dims, keep); }, norm_of<-1>},
      {"norm inf", [](T x, D dims, bool keep) { return norm(x, INFINITY, dims, keep); },
       [](const Row& row) {
         double most = 0;
         for (const double x : row) most = std::max(most, std::abs(x));
         return most;
       },
       false},
      {"norm 0", [](T x, D dims, bool keep) { return norm(x, 0, dims, keep); },
       [](const Row& row) { return static_cast<double>(row.size()); }},
      {"all", [](T x, D dims, bool keep) { return all(x, dims, keep); },
       [](const Row& row) {
         return std::all_of(row.begin(), row.end(), [](double x) { return x != 0; }) ? 1.0 : 0.0;
       },
       true, false},
      {"any", [](T x, D dims, bool keep) { return any(x, dims, keep); },
       [](const Row& row) {
         return std::any_of(row.begin(), row.end(), [](double x) { return x != 0; }) ? 1.0 : 0.0;
       },
       true, false},
  };
  return all_of_them;
}

/// Distinct values, none near 0, no two of one magnitude.
std::vector<test::Layout> inputs() {
  return test::layouts([](std::int64_t n) { return test::spread(n, -1.57, 2.03); });
}

std::int64_t reduced_count(const Tensor& x, const Dims& dims) {
  std::int64_t count = 1;
  for (const std::int64_t d : wrap_dims(dims, x.rank())) count *= x.size(d);
  return count;
}

/// A tensor of `shape` whose values fall off, so that the order of additions shows in the last bits.
Tensor uneven(const Shape& shape, DType dtype) {
  const Tensor x = randn(shape, {.dtype = float64});
  return (x * exp(x * 3)).to(dtype);
}

}  // namespace

TEST_CASE("reductions have the values of their definitions in every layout", "[reduce]") {
  for (const ReductionOp& r : reductions())
    for (const test::Layout& layout : inputs())
      for (const Dims& dims : test::dim_lists(layout.x.rank())) {
        const Tensor x = layout.x.detach();
        const auto rows = test::reduced_rows(x, dims);
        if (!r.of_nothing && reduced_count(x, dims) == 0 && !rows.empty()) continue;
        CAPTURE(r.name, layout.name, to_string(dims));
        std::vector<double> expected;
        for (const Row& row : rows) expected.push_back(r.of(row));
        Shape kept, with_ones = x.shape();
        const Dims wrapped = wrap_dims(dims, x.rank());
        for (std::size_t d = 0; d < x.rank(); ++d) {
          if (wrapped.contains(static_cast<std::int64_t>(d)))
            with_ones[d] = 1;
          else
            kept.push_back(x.shape()[d]);
        }
        CHECK(test::difference(r.f(x, dims, false).to(float64), from_vector(expected, kept)) < 1e-14);
        CHECK(test::difference(r.f(x, dims, true).to(float64), from_vector(expected, with_ones)) < 1e-14);
        if (is_floating(r.f(x, dims, false).dtype()))
          CHECK(test::difference(r.f(x.to(float32), dims, false).to(float64), from_vector(expected, kept)) <
                2e-6);
      }
}

TEST_CASE("reductions agree with central differences to the second order", "[reduce][gradcheck]") {
  std::size_t count = 0;
  for (const ReductionOp& r : reductions()) {
    if (!r.is_smooth) continue;
    for (const test::Layout& layout : inputs())
      for (const Dims& dims : test::dim_lists(layout.x.rank())) {
        if (test::sanitized && ++count % 3 != 0) continue;
        if (reduced_count(layout.x, dims) < r.at_least) continue;
        // Ties made by an expanded dimension have one-sided derivatives only.
        if (layout.name == "expanded" && (r.name == "amax" || r.name == "amin" || r.name == "norm inf"))
          continue;
        if (layout.name == "expanded" && (r.name == "std")) continue;  // the root at 0
        CAPTURE(r.name, layout.name, to_string(dims));
        const bool keepdim = dims.size() == 1;
        const auto f = [&](const Tensor& x) { return r.f(x, dims, keepdim); };
        const GradcheckOptions options{.fast = test::sanitized};
        CHECK(gradcheck(f, {layout.x}, options));
        CHECK(gradgradcheck(f, {layout.x}, options));
      }
  }
}

TEST_CASE("reductions give the same bits for any number of threads", "[reduce][threads]") {
  manual_seed(11);
  for (const DType dtype : {float32, float64}) {
    // One result of many blocks, few of many, by rows and by columns, and many of few elements.
    const std::vector<std::pair<Shape, Dims>> large{
        {{100003}, {}},      {{3, 50021}, 1},  {{20011, 6}, 0}, {{9000, 70}, 0}, {{16, 8, 33, 31}, {0, 2, 3}},
        {{300, 1100}, {-1}}, {{70001, 9}, -1},
    };
    const std::vector<std::pair<Shape, Dims>> small{
        {{10003}, {}},      {{3, 5021}, 1},  {{5011, 6}, 0}, {{4200, 7}, 0}, {{4, 8, 13, 11}, {0, 2, 3}},
        {{30, 1100}, {-1}}, {{7001, 9}, -1},
    };
    for (const auto& [shape, dims] : test::sanitized ? small : large) {
      const Tensor x = uneven(shape, dtype);
      for (const ReductionOp& r : reductions()) {
        CAPTURE(r.name, to_string(shape), to_string(dims), name(dtype));
        CHECK(test::same_for_any_threads([&, &dims = dims] { return r.f(x, dims, false); }));
      }
    }
  }
}

TEST_CASE("reductions give the same bits for any strides of the same values", "[reduce]") {
  manual_seed(12);
  const Tensor x = uneven(test::sanitized ? Shape{5, 21, 15, 14} : Shape{9, 41, 15, 14}, float64);
  const Tensor channels_last = permute(permute(x, {0, 2, 3, 1}).contiguous(), {0, 3, 1, 2});
  const Tensor transposed = transpose(transpose(x, 0, 3).contiguous(), 0, 3);
  Tensor apart = slice(zeros({x.size(0), x.size(1), 15, 28}, {.dtype = float64}), 3, 0, 28, 2);
  apart.copy_(x);
  for (const ReductionOp& r : reductions())
    for (const Dims& dims : std::vector<Dims>{{}, {0, 2, 3}, {1}, {0}, {-1}, {0, 1}, {1, 3}}) {
      CAPTURE(r.name, to_string(dims));
      const Tensor expected = r.f(x, dims, false);
      CHECK(test::same_bits(r.f(channels_last, dims, false), expected));
      CHECK(test::same_bits(r.f(transposed, dims, false), expected));
      CHECK(test::same_bits(r.f(apart, dims, false), expected));
    }
}

TEST_CASE("reductions of large tensors give the same bits in every order of the memory", "[reduce]") {
  manual_seed(13);
  // Rows of whole groups and of odd lengths, rows too long to share cache lines, and three dimensions.
  const std::vector<Shape> shapes{{70, 1030}, {130, 256}, {3, 33001}, {17, 5, 300}, {40, 40, 40}, {301, 129}};
  for (const Shape& shape : shapes) {
    Tensor x = uneven(shape, float32);
    select(flatten(x), 0, 7).fill_(-0.0), select(flatten(x), 0, x.numel() - 3).fill_(0.0);
    const Tensor g = uneven(shape, float32);
    const auto results = [&](const Tensor& v, const Tensor& up) {
      std::vector<Tensor> all;
      for (const Dims& dims : {Dims{}, Dims{0}, Dims{-1}})
        for (const Tensor& y : {sum(v, dims), gradus::std(v, dims), amax(v, dims), amin(abs(v), dims),
                                any(v > 9, dims), gradus::all(v != 0, dims)})
          all.push_back(y);
      for (const std::int64_t dim : {0, -1}) {
        const Tensor leaf = v.detach().requires_grad_();
        all.push_back(softmax(leaf, dim));
        all.push_back(grad(all.back(), leaf, {.grad_outputs = {up}}));
      }
      all.push_back(argmax(v));
      const Tensor leaf = v.detach().requires_grad_();
      all.push_back(grad(layer_norm(leaf, {v.size(-1)}), leaf, {.grad_outputs = {up}}));
      return all;
    };
    const std::vector<Tensor> expected = results(x, g);
    const auto last = static_cast<std::int64_t>(x.rank()) - 1;
    const auto turn = [&](const Tensor& t) { return transpose(transpose(t, 0, last).contiguous(), 0, last); };
    for (const auto& [v, up] : {std::pair{turn(x), turn(g)}, std::pair{turn(x), g}, std::pair{x, turn(g)}}) {
      const std::vector<Tensor> found = results(v, up);
      for (std::size_t i = 0; i < found.size(); ++i) {
        CAPTURE(shape, i, v.strides(), up.strides());
        CHECK(test::same_values(found[i].detach(), expected[i].detach()));
      }
    }
  }
}

TEST_CASE("the gradient of prod is the product of the others, whatever its size", "[reduce][gradient]") {
  manual_seed(14);
  for (const DType dtype : {float32, float64}) {
    // Products far outside of what the dtype holds, of which those of the others are too, or are not.
    Tensor x = rand({5, 37, 11}, {.dtype = dtype}) * 4 - 2;
    select(select(x, 0, 1), 0, 3).fill_(0.0);                 // a 0 in each column
    select(select(select(x, 0, 2), 0, 5), 0, 4).fill_(-0.0);  // one of all
    mul_(select(x, 0, 3), 1e30), mul_(select(x, 0, 4), 1e-30);
    select(select(x, 0, 4), 0, 7).fill_(1e-40);
    const Tensor turned = transpose(transpose(x, 0, 2).contiguous(), 0, 2);
    for (const Dims& dims : {Dims{}, Dims{0}, Dims{1}, Dims{1, 2}}) {
      CAPTURE(name(dtype), to_string(dims));
      const auto gradient = [&](const Tensor& v, bool recorded) {
        const Tensor leaf = v.detach().requires_grad_();
        return grad(prod(leaf, dims), leaf,
                    {.grad_outputs = {ones_like(prod(v, dims))}, .create_graph = recorded});
      };
      const Tensor found = gradient(x, false);
      CHECK(test::same_bits(gradient(turned, false).contiguous(), found));
      const Tensor whole = x.to(float64), exact = gradient(whole, true).detach();
      const Tensor bound = abs(exact) * (dtype == float32 ? 1e-6 : 1e-13) + 1e-37;
      // Where double holds no product of a part of them, only the signs and sizes are compared.
      const Tensor regular = logical_and(isfinite(exact), abs(exact) < (dtype == float32 ? 3e38 : 1e300));
      CHECK(gradus::all(logical_or(logical_not(regular), abs(found.to(float64) - exact) <= bound))
                .item<bool>());
    }
    for (const double odd :
         {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
      const Tensor leaf = tensor({2.0, odd, 3.0}, {.dtype = dtype}).requires_grad_();
      const Tensor found = grad(prod(leaf, {}), leaf);
      CHECK(found.to(float64).span<double>()[1] == 6);
      CHECK(!std::isfinite(found.to(float64).span<double>()[0]));
    }
  }
}

TEST_CASE("reductions refuse dimensions that do not exist or come twice", "[reduce][error]") {
  const Tensor x = ones({2, 3});
  for (const ReductionOp& r : reductions()) {
    CAPTURE(r.name);
    CHECK_THROWS_AS(r.f(x, 2, false), IndexError);
    CHECK_THROWS_AS(r.f(x, {-3}, false), IndexError);
    CHECK_THROWS_AS(r.f(x, {0, -2}, false), ValueError);
  }
}

}  // namespace gradus::reductions_test
