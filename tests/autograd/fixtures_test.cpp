#include "support/fixtures.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "support/catch.hpp"

namespace gradus::fixtures_test {
using test::difference;
using test::Fixture;
using test::fixture;
using test::fixtures;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Tensor row(std::initializer_list<double> values) {
  Tensor x = empty({static_cast<std::int64_t>(values.size())}, float64);
  std::copy(values.begin(), values.end(), x.mutable_data<double>());
  return x;
}

}  // namespace

TEST_CASE("a fixture holds PyTorch's arrays to the last bit", "[fixtures]") {
  const Fixture silu = fixture("ops.json", "silu/reals");
  const std::vector<double> x = silu.inputs["x"].to_vector<double>();
  REQUIRE(x.size() == 23);
  CHECK(x[0] == -800.0);
  CHECK(x[9] == -1e-9);
  CHECK(std::signbit(x[10]));  // -0.0
  CHECK(silu.outputs["y"].to_vector<double>()[3] == -0.014835738939808647);
  CHECK(silu.cotangent.shape() == silu.outputs["y"].shape());
  CHECK(silu.grads["x"].to_vector<double>()[15] == -0.03617914996298799);
}

TEST_CASE("a fixture's arrays keep their dtype, shape and not-finite numbers", "[fixtures]") {
  const Fixture where = fixture("ops.json", "where/broadcast");
  CHECK(where.inputs["condition"].to_vector<bool>() ==
        std::vector<bool>{false, true, true, true, true, false, false, true});
  CHECK(where.inputs["x"].shape() == Dims{3, 1, 4});
  CHECK(fixture("ops.json", "max/ties").outputs["indices"].to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{1, 0, 0});
  CHECK(std::isnan(fixture("ops.json", "pow/corners").outputs["y"].to_vector<double>()[4]));
  CHECK(fixture("ops.json", "exp/reals").outputs["y"].to_vector<double>().back() == infinity);
  CHECK(fixture("ops.json", "norm/p_2.0").outputs["y"].shape() == Dims{});
}

TEST_CASE("a fixture's options are read by kind", "[fixtures]") {
  const auto conv = fixture("nn_ops.json", "conv2d/all").options;
  CHECK(conv.integers("dilation") == Dims{3, 2});
  CHECK(conv.integer("groups", 1) == 2);
  const auto adam = fixture("optim.json", "adam/amsgrad").options;
  CHECK(adam.flag("amsgrad"));
  CHECK(adam.number("lr", 0) == 0.01);
  CHECK(adam.numbers("lr") == std::vector<double>{0.01});
  CHECK(adam.numbers("betas") == std::vector<double>{0.9, 0.6});
  CHECK(fixture("ops.json", "norm/p_inf").options.number("p", 2) == infinity);
  CHECK(fixture("losses.json", "mse_loss/plain_sum").options.text("reduction", "mean") == "sum");
}

TEST_CASE("an option that is left out has its fallback", "[fixtures]") {
  const auto options = fixture("nn_ops.json", "conv2d/plain").options;
  CHECK_FALSE(options.has("stride"));
  CHECK(options.integers("stride", {1, 1}) == Dims{1, 1});
  CHECK(options.number("momentum", 0.5) == 0.5);
  CHECK(options.flag("ceil_mode", true));
  CHECK(options.text("reduction", "mean") == "mean");
}

TEST_CASE("an option read as another kind is refused", "[fixtures][error]") {
  const auto adam = fixture("optim.json", "adam/amsgrad").options;
  CHECK_THROWS_WITH(adam.number("amsgrad", 0), "the option amsgrad is not a number");
  CHECK_THROWS_WITH(adam.integer("lr", 0), "the option lr is 0.01, not a whole number");
}

TEST_CASE("fixtures are chosen by subject", "[fixtures]") {
  const std::vector<Fixture> maxima = fixtures("ops.json", "max");
  REQUIRE(maxima.size() == 1);  // and not maximum/...
  CHECK(maxima[0].name == "max/ties");
  CHECK(fixtures("optim.json", "sgd").size() == 10);
  CHECK(fixtures("optim.json").size() > 70);
}

TEST_CASE("a fixture's optional tensors may be missing", "[fixtures]") {
  const Fixture conv = fixture("nn_ops.json", "conv2d/no_bias");
  CHECK_FALSE(conv.inputs.find("bias").defined());
  CHECK(conv.inputs.find("weight").defined());
  CHECK(conv.inputs.size() == 2);
  CHECK_THROWS_WITH(conv.inputs["bias"], "no tensor bias in this fixture; it has weight, x");
  CHECK_FALSE(fixture("optim.json", "step_lr/plain").cotangent.defined());
}

TEST_CASE("a fixture that does not exist is an error, not an empty list", "[fixtures][error]") {
  CHECK_THROWS_AS(fixtures("none.json"), IoError);
  CHECK_THROWS_AS(fixtures("README.md"), IoError);
  CHECK_THROWS_AS(fixtures("ops.json", "convolution"), ValueError);
  CHECK_THROWS_AS(fixture("ops.json", "max"), ValueError);
}

TEST_CASE("every fixture file can be read, each gradient with its input's shape", "[fixtures]") {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(GRADUS_SOURCE_DIR "/tests/fixtures")) {
    if (entry.path().extension() != ".json") continue;
    ++files;
    for (const Fixture& f : fixtures(entry.path().filename().string())) {
      CAPTURE(entry.path(), f.name);
      CHECK(f.outputs.size() > 0);
      CHECK(f.cotangent.defined() == (f.grads.size() > 0));
      for (const auto& [key, gradient] : f.grads) CHECK(gradient.shape() == f.inputs[key].shape());
    }
  }
  CHECK(files >= 5);
}

TEST_CASE("difference is relative above 1 and absolute below", "[fixtures]") {
  CHECK(difference(row({1, 2}), row({1, 2})) == 0);
  CHECK(difference(row({0.25, 2}), row({0, 2})) == 0.25);
  CHECK(difference(row({110, 0}), row({100, 0})) == 0.1);
  CHECK(difference(row({}), row({})) == 0);
}

TEST_CASE("difference takes only like for like where numbers are not finite", "[fixtures]") {
  const double nan = std::nan("");
  CHECK(difference(row({nan, infinity, -infinity}), row({nan, infinity, -infinity})) == 0);
  CHECK(difference(row({1, 0}), row({nan, 0})) == infinity);
  CHECK(difference(row({nan, 0}), row({1, 0})) == infinity);
  CHECK(difference(row({infinity}), row({-infinity})) == infinity);
  CHECK(difference(row({1}), row({infinity})) == infinity);
  CHECK(difference(row({1, 2}), row({1})) == infinity);
}

}  // namespace gradus::fixtures_test
