#include <gradus/nn/state.hpp>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/nn/linear.hpp>
#include <gradus/nn/module.hpp>

#include "support/catch.hpp"

namespace gradus::state_test {
using Catch::Matchers::Contains;

namespace {

struct Net {
  nn::Linear fc1{2, 3};
  nn::Linear fc2{3, 1, {.bias = false}};
  nn::Buffer mean = zeros({3});
};

std::vector<float> values(const Tensor& x) { return x.to_vector<float>(); }

}  // namespace

TEST_CASE("what one model saves another of the kind loads", "[nn][state]") {
  Net from, to;
  from.mean.fill_(7);
  REQUIRE(values(from.fc1.weight) != values(to.fc1.weight));
  const Tensor held = to.fc1.weight;
  const nn::LoadReport report = nn::load_state_dict(to, nn::state_dict(from));
  CHECK(report.missing.empty());
  CHECK(report.unexpected.empty());
  CHECK(values(to.fc1.weight) == values(from.fc1.weight));
  CHECK(values(to.fc1.bias) == values(from.fc1.bias));
  CHECK(values(to.fc2.weight) == values(from.fc2.weight));
  CHECK(values(to.mean) == std::vector<float>{7, 7, 7});
  CHECK(held.impl() == to.fc1.weight.impl());
  CHECK(held.requires_grad());
  CHECK_FALSE(to.fc1.weight.shares_storage(from.fc1.weight));
}

TEST_CASE("a state dict is a view of the model without history", "[nn][state]") {
  Net net;
  auto state = nn::state_dict(net);
  CHECK_FALSE(state[1].second.requires_grad());
  state[1].second.fill_(3);
  CHECK(values(net.fc1.weight) == std::vector<float>(6, 3));
  nn::load_state_dict(net, state);  // onto itself
  CHECK(values(net.fc1.weight) == std::vector<float>(6, 3));
}

TEST_CASE("load_state_dict names everything that is wrong and changes nothing", "[nn][state][error]") {
  Net net;
  const std::vector<float> before = values(net.fc1.weight);
  const nn::StateDict bad{{"fc1.weight", zeros({3, 2})},
                          {"fc2.weight", zeros({1, 4})},
                          {"mean", zeros({3}, {.dtype = float64})},
                          {"fc3.weight", zeros({1})},
                          {"fc1.weight", zeros({3, 2})}};
  CHECK_THROWS_WITH(
      nn::load_state_dict(net, bad),
      Contains("load_state_dict: missing fc1.bias; unexpected fc3.weight; given twice: fc1.weight; "
               "mean is float64 but the model's is float32; fc2.weight is [1, 4] but the model's is "
               "[1, 3] (state_test.cpp:"));
  CHECK_THROWS_AS(nn::load_state_dict(net, bad), ValueError);
  CHECK(values(net.fc1.weight) == before);
}

TEST_CASE("without strict, what both have is loaded and the rest reported", "[nn][state]") {
  Net net;
  const std::vector<float> bias = values(net.fc1.bias);
  const nn::LoadReport report =
      nn::load_state_dict(net, {{"fc1.weight", ones({3, 2})}, {"other", ones({1})}}, {.strict = false});
  CHECK(report.missing == std::vector<std::string>{"mean", "fc1.bias", "fc2.weight"});
  CHECK(report.unexpected == std::vector<std::string>{"other"});
  CHECK(values(net.fc1.weight) == std::vector<float>(6, 1));
  CHECK(values(net.fc1.bias) == bias);
  CHECK_THROWS_WITH(nn::load_state_dict(net, {{"fc1.weight", ones({2, 3})}}, {.strict = false}),
                    Contains("fc1.weight is [2, 3] but the model's is [3, 2]"));
}

}  // namespace gradus::state_test
