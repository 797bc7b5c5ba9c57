#include <gradus/optim/adafactor.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include "optim/trajectory.hpp"

namespace gradus::adafactor_test {
using namespace test;
using optim::Adafactor;
using optim::AdafactorOptions;

namespace {

using Numbers = std::vector<double>;

double rms(const Numbers& x) {
  double sum = 0;
  for (const double value : x) sum += value * value;
  return std::sqrt(sum / static_cast<double>(x.size()));
}

/// The algorithm written out, element by element, for values [blocks, rows, columns] or not factored.
class Naive {
 public:
  Naive(const Shape& shape, Numbers values, const AdafactorOptions& options)
      : w(std::move(values)), o_(options), factored_(shape.size() > 1) {
    if (factored_) {
      columns_ = static_cast<std::size_t>(shape.back());
      rows_ = static_cast<std::size_t>(shape[shape.size() - 2]);
      of_rows_.resize(w.size() / columns_);
      of_columns_.resize(w.size() / rows_);
    } else {
      of_all_.resize(w.size());
    }
  }

  void step(const Numbers& g) {
    ++t_;
    const double share = std::pow(t_, o_.beta2_decay);
    const double alpha = std::max(o_.eps[1], rms(w)) * std::min(o_.lr, 1 / std::sqrt(t_));
    const Numbers moment = factored_ ? factored_moment(g, share) : plain_moment(g, share);
    Numbers x = g;
    for (std::size_t i = 0; i < x.size(); ++i) x[i] /= std::sqrt(std::max(moment[i], o_.eps[0] * o_.eps[0]));
    const double length = alpha / std::max(1.0, rms(x) / o_.d);
    clipped = clipped || rms(x) > o_.d;
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = w[i] * (1 - o_.lr * o_.weight_decay) - length * x[i];
  }

  Numbers w;
  bool clipped = false;  ///< whether any update was

 private:
  Numbers plain_moment(const Numbers& g, double share) {
    for (std::size_t i = 0; i < g.size(); ++i) of_all_[i] += share * (g[i] * g[i] - of_all_[i]);
    return of_all_;
  }

  Numbers factored_moment(const Numbers& g, double share) {
    Numbers moment(g.size());
    for (std::size_t block = 0; block < g.size() / (rows_ * columns_); ++block) {
      const auto at = [&](std::size_t i, std::size_t j) { return (block * rows_ + i) * columns_ + j; };
      double level = 0;
      for (std::size_t i = 0; i < rows_; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < columns_; ++j) sum += g[at(i, j)] * g[at(i, j)];
        double& mean = of_rows_[block * rows_ + i];
        mean += share * (sum / static_cast<double>(columns_) - mean);
        level += mean / static_cast<double>(rows_);
      }
      for (std::size_t j = 0; j < columns_; ++j) {
        double sum = 0;
        for (std::size_t i = 0; i < rows_; ++i) sum += g[at(i, j)] * g[at(i, j)];
        double& mean = of_columns_[block * columns_ + j];
        mean += share * (sum / static_cast<double>(rows_) - mean);
        for (std::size_t i = 0; i < rows_; ++i)
          moment[at(i, j)] = of_rows_[block * rows_ + i] * mean / std::max(level, o_.eps[0]);
      }
    }
    return moment;
  }

  AdafactorOptions o_;
  bool factored_;
  std::size_t rows_ = 1, columns_ = 1;
  Numbers of_rows_, of_columns_, of_all_;
  double t_ = 0;
};

/// The gradient of a step: each some ten times the last, and nothing at all for the first row of several.
Tensor gradient_of(const Shape& shape, int step, Generator& generator) {
  Tensor g = 0.3 * std::pow(10, step) * randn(shape, {.dtype = float64}, &generator);
  if (shape.size() > 1 && shape[0] > 1) select(g, 0, 0).zero_();
  return g;
}

}  // namespace

TEST_CASE("Adafactor takes the steps of its formulas", "[optim][adafactor]") {
  const std::vector<Shape> shapes{{3, 4}, {2, 3, 4}, {3, 2, 2, 5}, {1, 4}, {5}, Shape{}};
  const AdafactorOptions other{.lr = 0.5, .beta2_decay = -1, .eps = {0.5, 2}, .d = 1.25, .weight_decay = 0.1};
  for (const Shape& shape : shapes)
    for (const AdafactorOptions& options : {AdafactorOptions{}, other})
      for (const Layout layout : {Layout::dense, Layout::strided})
        for (const auto& [dtype, tolerance] : {std::pair{float64, 1e-12}, std::pair{float32, 1e-4}}) {
          CAPTURE(shape, options.lr, layout, dtype);
          Generator generator(3);
          const Tensor start = randn(shape, {.dtype = float64}, &generator);
          AdafactorOptions known = options;
          if (known.eps[0] == 0)
            known.eps[0] = dtype == float64 ? std::numeric_limits<double>::epsilon()
                                            : static_cast<double>(std::numeric_limits<float>::epsilon());
          Naive naive(shape, start.to_vector<double>(), known);
          Tensor w = leaf(start, dtype, layout);
          Adafactor adafactor({w}, options);
          for (int step = 0; step < 5; ++step) {
            const Tensor g = gradient_of(shape, step, generator);
            w.set_grad(layout == Layout::dense ? g.to(dtype) : column_major(g.to(dtype)));
            adafactor.step();
            naive.step(g.to_vector<double>());
            CHECK(difference(w.detach(), from_vector(naive.w, shape)) < tolerance);
          }
          CHECK(naive.clipped);
        }
}

TEST_CASE("Adafactor keeps a mean for each row and column of a matrix, not for each element",
          "[optim][adafactor]") {
  Tensor matrix = leaf_with_gradient(ones({3, 4}), ones({3, 4}));
  Tensor filters = leaf_with_gradient(ones({5, 2, 3, 4}), ones({5, 2, 3, 4}));
  Tensor vector = leaf_with_gradient(ones({6}), ones({6}));
  Adafactor adafactor({matrix, filters, vector});
  adafactor.step();
  const optim::State state = adafactor.state_dict();
  CHECK(state.tensors.size() == 5);
  CHECK(state.tensors.at("state.0.row_var").shape() == Shape{3, 1});
  CHECK(state.tensors.at("state.0.col_var").shape() == Shape{1, 4});
  CHECK(state.tensors.at("state.1.row_var").shape() == Shape{5, 2, 3, 1});
  CHECK(state.tensors.at("state.1.col_var").shape() == Shape{5, 2, 1, 4});
  CHECK(state.tensors.at("state.2.variance").shape() == Shape{6});
}

TEST_CASE("Adafactor continues from its state, which it refuses whole if it does not fit",
          "[optim][adafactor][error]") {
  const auto start = [] {
    return std::vector<Tensor>{leaf_with_gradient(reshape(linspace(-1, 1, 12), {3, 4}), ones({3, 4})),
                               leaf_with_gradient(ones({4}), ones({4}))};
  };
  std::vector<Tensor> a = start(), b = start();
  Adafactor first(a, {.lr = 0.5}), second(b);
  first.step();
  for (std::size_t i = 0; i < a.size(); ++i) b[i].detach().copy_(a[i].detach());
  const optim::State saved = first.state_dict();
  second.load_state_dict(saved);
  CHECK(second.lr() == 0.5);
  for (int step = 0; step < 2; ++step) {
    first.step();
    second.step();
  }
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(difference(a[i].detach(), b[i].detach()) == 0);
  CHECK(second.state_dict().numbers == first.state_dict().numbers);

  optim::State damaged = saved;
  damaged.numbers["groups.0.lr"] = 7;
  const auto refusal = [&] { return text_of<Error>([&] { second.load_state_dict(damaged); }); };
  SECTION("another shape") {
    damaged.tensors["state.0.col_var"] = ones({1, 3});
    CHECK(refusal() == "Adafactor: state.0.col_var is [1, 3] but the parameter is [3, 4]; needs [1, 4]");
  }
  SECTION("another dtype") {
    damaged.tensors["state.1.variance"] = ones({4}, {.dtype = float64});
    CHECK(refusal() == "Adafactor: state.1.variance is float64 but the parameter is float32");
  }
  SECTION("what the parameter has not") {
    damaged.tensors["state.0.variance"] = ones({3, 4});
    damaged.numbers.erase("groups.0.d");
    CHECK(refusal() ==
          "Adafactor: the state does not fit; missing: groups.0.d; unexpected: state.0.variance");
  }
  SECTION("an option out of range") {
    damaged.numbers["groups.0.d"] = 0.5;
    CHECK(refusal() == "Adafactor: d is 0.5; it must be at least 1");
  }
  CHECK(second.lr() == 0.5);
}

TEST_CASE("Adafactor refuses options out of range and gradients that do not fit",
          "[optim][adafactor][error]") {
  const auto refusal = [](const AdafactorOptions& options) {
    return text_of<ValueError>([&] { Adafactor adafactor({leaf(ones({2, 2}))}, options); });
  };
  CHECK(refusal({.lr = -1}) == "Adafactor: lr is -1; it must not be negative");
  CHECK(refusal({.beta2_decay = 0.5}) == "Adafactor: beta2_decay is 0.5; it must not be above 0");
  CHECK(refusal({.eps = {-1, 0}}) == "Adafactor: eps[0] is -1; it must not be negative");
  CHECK(refusal({.eps = {0, -1}}) == "Adafactor: eps[1] is -1; it must not be negative");
  CHECK(refusal({.d = 0.5}) == "Adafactor: d is 0.5; it must be at least 1");
  CHECK(refusal({.weight_decay = -1}) == "Adafactor: weight_decay is -1; it must not be negative");

  Tensor w = leaf_with_gradient(ones({2, 3}), ones({2, 3}));
  Adafactor adafactor({w});
  w.impl()->shape = Shape{3, 2};  // no public way leads here
  w.impl()->strides = Strides{2, 1};
  CHECK(text_of<ShapeError>([&] { adafactor.step(); }) ==
        "Adafactor: parameter 0 is [3, 2] but its gradient is [2, 3]");
}

TEST_CASE("What has no gradient to speak of stays where it is", "[optim][adafactor]") {
  for (const double size : {0.0, 1e-25}) {
    Tensor w = leaf_with_gradient(ones({2, 3}), full({2, 3}, size));
    Tensor v = leaf_with_gradient(ones({3}), full({3}, size));
    Adafactor adafactor({w, v});
    adafactor.step();
    CHECK(difference(w.detach(), ones({2, 3})) < 1e-6);
    CHECK(difference(v.detach(), ones({3})) < 1e-6);
  }
}

}  // namespace gradus::adafactor_test
