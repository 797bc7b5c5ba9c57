// Copies and conversions of whole models.
#include <memory>
#include <vector>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/nn/linear.hpp>
#include <gradus/nn/module.hpp>
#include <gradus/nn/sequential.hpp>
#include <gradus/nn/state.hpp>

#include "support/catch.hpp"

namespace gradus::clone_test {

namespace {

struct Plain {
  nn::Linear fc{2, 3};
  nn::Parameter scale = ones({3});
  nn::Buffer running = zeros({3});
  Tensor shift = zeros({3});
  Tensor table = zeros({4}, {.dtype = int64});
  Tensor absent;
};

struct Switches {
  nn::Training outer;
  struct Inner {
    int x = 1;
    nn::Training flag;
  };
  std::vector<Inner> inner = std::vector<Inner>(2);
};

}  // namespace

TEST_CASE("clone copies deeply and keeps names, modes and what asks for gradients", "[nn][module][clone]") {
  struct Net {
    Plain plain;
    nn::Sequential seq{nn::Linear{2, 2}, [](const Tensor& x) { return x; }};
    std::shared_ptr<nn::Linear> shared = std::make_shared<nn::Linear>(2, 2);
    std::shared_ptr<nn::Linear> again = shared;
    nn::Parameter tied = shared->weight;
    Switches switches;
  };
  Net net;
  nn::eval(net);
  nn::freeze(net.plain.fc);
  sum(net.plain.scale * 2).backward();
  const Net copy = nn::clone(net);

  const auto before = nn::state_dict(net), after = nn::state_dict(copy);
  REQUIRE(before.size() == after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    CAPTURE(before[i].first);
    CHECK(before[i].first == after[i].first);
    CHECK_FALSE(before[i].second.shares_storage(after[i].second));
    CHECK(before[i].second.to(float32).to_vector<float>() == after[i].second.to(float32).to_vector<float>());
  }
  CHECK(copy.plain.scale.requires_grad());
  CHECK_FALSE(copy.plain.scale.grad().defined());
  CHECK_FALSE(copy.plain.fc.weight.requires_grad());
  CHECK(copy.plain.fc.weight.name() == "plain.fc.weight");
  CHECK_FALSE(copy.switches.inner[1].flag);
  CHECK(copy.shared == copy.again);
  CHECK(copy.shared != net.shared);
  CHECK(copy.tied.impl() == copy.shared->weight.impl());
  CHECK(net.tied.impl() == net.shared->weight.impl());
}

TEST_CASE("a plain copy shares its tensors", "[nn][module][clone]") {
  Plain net;
  const Plain copy = net;
  CHECK(copy.fc.weight.impl() == net.fc.weight.impl());
}

TEST_CASE("to converts in place, so that whoever holds a parameter still holds it", "[nn][module]") {
  Plain net;
  sum(net.scale * 2).backward();
  const std::vector<Tensor> held = nn::parameters(net);
  nn::to(net, float64);
  CHECK(held[0].impl() == net.scale.impl());
  CHECK(held[0].dtype() == float64);
  CHECK(held[0].requires_grad());
  CHECK(held[0].name() == "scale");
  CHECK(held[0].grad().to_vector<double>() == std::vector<double>{2, 2, 2});
  CHECK(net.running.dtype() == float64);
  CHECK(net.table.dtype() == int64);
  sum(net.scale * 3.0).backward();
  CHECK(held[0].grad().to_vector<double>() == std::vector<double>{5, 5, 5});
  CHECK_THROWS_AS(nn::to(net, int64), DTypeError);
}

TEST_CASE("a graph recorded before to cannot be differentiated after it", "[nn][module]") {
  Plain net;
  const Tensor loss = sum(net.scale * net.scale);
  nn::to(net, float64);
  CHECK_THROWS_AS(loss.backward(), DTypeError);
}

}  // namespace gradus::clone_test
