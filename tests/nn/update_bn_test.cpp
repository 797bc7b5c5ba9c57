#include <gradus/nn/update_bn.hpp>

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include <gradus/autograd/ops.hpp>
#include <gradus/nn/activation.hpp>
#include <gradus/nn/conv2d.hpp>
#include <gradus/nn/linear.hpp>
#include <gradus/nn/sequential.hpp>

#include "support/catch.hpp"
#include "support/fixtures.hpp"

namespace gradus::update_bn_test {
using Catch::Matchers::Contains;

namespace {

struct Net {
  nn::Linear fc1{3, 4, {.dtype = float64}};
  nn::BatchNorm1d norm1{4, {.momentum = 0.3, .dtype = float64}};
  nn::Linear fc2{4, 2, {.dtype = float64}};
  nn::BatchNorm1d norm2{2, {.momentum = std::nullopt, .dtype = float64}};
  Tensor operator()(const Tensor& x) const { return norm2(fc2(relu(norm1(fc1(x))))); }
};

std::vector<Tensor> batches() {
  Generator generator(11);
  std::vector<Tensor> all;
  for (const std::int64_t n : {4, 5, 3}) all.push_back(randn({n, 3}, {.dtype = float64}, &generator));
  return all;
}

/// Mean and unbiased variance of each batch, and those averaged: [2, channels].
Tensor averaged(const std::vector<Tensor>& activations) {
  Tensor sums = zeros({2, activations[0].size(1)}, {.dtype = float64});
  for (const Tensor& x : activations) {
    const Tensor m = mean(x, 0);
    const Tensor v = sum(square(x - m), 0) / static_cast<double>(x.size(0) - 1);
    sums = sums + stack({m, v}, 0);
  }
  return sums / static_cast<double>(activations.size());
}

Tensor statistics(const nn::BatchNorm1d& norm) { return stack({norm.running_mean, norm.running_var}, 0); }

}  // namespace

TEST_CASE("update_bn takes the averages over all batches, whatever was before", "[nn][update_bn]") {
  Net net;
  net.norm1.running_mean.fill_(100);
  net.norm1.running_var.fill_(100);
  net.norm1.num_batches_tracked.fill_(9);
  nn::eval(net);
  net.norm2.training = true;
  nn::update_bn(net, batches());

  std::vector<Tensor> first, second;
  const NoGrad guard;
  for (const Tensor& x : batches()) {
    const Tensor y = first.emplace_back(net.fc1(x)), m = mean(y, 0);
    second.push_back(net.fc2(relu((y - m) / sqrt(mean(square(y - m), 0) + net.norm1.eps))));
  }
  CHECK(test::difference(statistics(net.norm1), averaged(first)) < 1e-12);
  CHECK(test::difference(statistics(net.norm2), averaged(second)) < 1e-12);
  CHECK(net.norm1.num_batches_tracked.item<std::int64_t>() == 3);
  CHECK(net.norm1.momentum == 0.3);
  CHECK_FALSE(net.norm2.momentum.has_value());
  CHECK_FALSE(net.norm1.training);
  CHECK(net.norm2.training);
  CHECK_FALSE(net.fc1.weight.grad().defined());
}

TEST_CASE("update_bn takes the first part of what a loader gives", "[nn][update_bn]") {
  Net net;
  nn::update_bn(net, batches());
  const Tensor wanted = statistics(net.norm2);
  std::vector<std::pair<Tensor, Tensor>> pairs;
  std::vector<std::array<Tensor, 2>> arrays;
  for (const Tensor& x : batches()) {
    pairs.emplace_back(x, zeros({x.size(0)}));
    arrays.push_back({x, zeros({x.size(0)})});
  }
  nn::update_bn(net, pairs);
  CHECK(test::difference(statistics(net.norm2), wanted) == 0);
  nn::update_bn(net, arrays);
  CHECK(test::difference(statistics(net.norm2), wanted) == 0);
}

TEST_CASE("update_bn finds norms within containers and shared ones, of any number of axes",
          "[nn][update_bn]") {
  struct Shared {
    std::shared_ptr<nn::BatchNorm2d> norm = std::make_shared<nn::BatchNorm2d>(2);
    std::shared_ptr<nn::BatchNorm2d> again = norm;
    nn::Sequential rest{nn::Conv2d{2, 3, 1}, nn::BatchNorm2d{3}, nn::ReLU{}};
    nn::BatchNorm3d deep{3};
    nn::BatchNorm2d by_batch{3, {.track_running_stats = false}};
    Tensor operator()(const Tensor& x) const {
      return by_batch(squeeze(deep(unsqueeze(rest((*again)((*norm)(x))), 2)), 2));
    }
  };
  Shared net;
  nn::eval(net);
  nn::update_bn(net, std::vector<Tensor>{randn({4, 2, 3, 3}), randn({4, 2, 3, 3})});
  CHECK(net.norm->num_batches_tracked.item<std::int64_t>() == 4);
  CHECK(net.norm->momentum == 0.1);
  CHECK(net.rest[1].as<nn::BatchNorm2d>()->num_batches_tracked.item<std::int64_t>() == 2);
  CHECK(net.deep.num_batches_tracked.item<std::int64_t>() == 2);
  CHECK_FALSE(net.by_batch.training);
}

TEST_CASE("without batches or when the model fails, update_bn leaves modes and momenta as they were",
          "[nn][update_bn][error]") {
  Net net;
  nn::eval(net);
  net.norm1.running_mean.fill_(5);
  const auto unchanged = [&] {
    return !net.norm1.training && !net.norm2.training && net.norm1.momentum == 0.3;
  };
  CHECK_THROWS_AS(nn::update_bn(net, std::vector<Tensor>{}), ValueError);
  CHECK_THROWS_WITH(nn::update_bn(net, std::vector<Tensor>{}), Contains("update_bn: there are no batches"));
  CHECK(net.norm1.running_mean.to_vector<double>() == std::vector<double>(4, 5.0));
  CHECK(unchanged());
  CHECK_THROWS_AS(nn::update_bn(net, std::vector<Tensor>{batches()[0], zeros({2, 7}, {.dtype = float64})}),
                  ShapeError);
  CHECK(unchanged());
}

TEST_CASE("update_bn does not call a model without batch norms", "[nn][update_bn]") {
  struct Plain {
    nn::Linear fc{2, 2};
    Tensor operator()(const Tensor& x) const { return fail<ValueError>("{} was called", x.shape()), x; }
  };
  Plain net;
  CHECK_NOTHROW(nn::update_bn(net, std::vector<Tensor>{ones({1, 2})}));
}

}  // namespace gradus::update_bn_test
