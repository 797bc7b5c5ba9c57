#include <gradus/nn/hooks.hpp>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/nn/activation.hpp>
#include <gradus/nn/linear.hpp>
#include <gradus/nn/sequential.hpp>

#include <optional>

#include "support/catch.hpp"

namespace gradus::hooks_test {

namespace {

using Values = std::vector<float>;

struct Net {
  nn::Linear fc1{2, 3};
  nn::ReLU act;
  nn::Linear fc2{3, 1};
  Tensor operator()(const Tensor& x) const { return fc2(act(fc1(x))); }
};

}  // namespace

TEST_CASE("a forward hook sees the calls of its layer as long as it lives", "[nn][hooks]") {
  const Net net;
  const Tensor x = ones({4, 2});
  int calls = 0;
  Tensor seen;
  {
    const nn::ForwardHook hook(net.fc2, [&](const Tensor& in, const Tensor& out) {
      ++calls;
      CHECK(in.shape() == Shape{4, 3});
      seen = out;
    });
    const Tensor y = net(x);
    CHECK(calls == 1);
    CHECK(seen.to_vector<float>() == y.to_vector<float>());
    nn::Linear(3, 1)(ones({1, 3}));  // another layer of that type
    CHECK(calls == 1);
  }
  net(x);
  CHECK(calls == 1);
}

TEST_CASE("what a forward hook returns takes the place of the result", "[nn][hooks]") {
  const Net net;
  const Tensor x = ones({4, 2});
  {
    const nn::ForwardHook hook(net.act, [](const Tensor&, const Tensor& y) { return y * 0; });
    const Tensor y = net(x);
    CHECK(y.to_vector<float>() == Values(4, net.fc2.bias.to_vector<float>()[0]));
    sum(y).backward();
    CHECK(net.fc1.weight.grad().to_vector<float>() == Values(6, 0));
  }
  const Values before = net(x).to_vector<float>();
  const nn::ForwardHook twice(net.fc2, [](const Tensor&, const Tensor& y) { return 2 * y; });
  const nn::ForwardHook more(net.fc2, [](const Tensor&, const Tensor& y) { return y + 1; });  // called first
  CHECK(net(x).to_vector<float>()[0] == 2 * (before[0] + 1));
}

TEST_CASE("a backward hook sees and replaces the gradient of its layer's result", "[nn][hooks]") {
  const Net net;
  const Tensor x = ones({4, 2});
  std::vector<Shape> seen;
  nn::BackwardHook hook(net.fc1, [&](const Tensor& gradient) {
    seen.push_back(gradient.shape());
    return gradient * 2;
  });
  sum(net(x)).backward();
  CHECK(seen == std::vector<Shape>{{4, 3}});
  const Values doubled = net.fc1.bias.grad().to_vector<float>();
  nn::zero_grad(net);
  const Tensor recorded = sum(net(x));
  hook.remove();  // also from what is recorded
  hook.remove();
  recorded.backward();
  CHECK(seen.size() == 1);
  const Values plain = net.fc1.bias.grad().to_vector<float>();
  for (std::size_t i = 0; i < plain.size(); ++i) CHECK(doubled[i] == 2 * plain[i]);
  const nn::BackwardHook idle(net.fc1, [](const Tensor& gradient) { return gradient; });
  const NoGrad guard;
  CHECK_NOTHROW(net(x));  // nothing to hook
}

TEST_CASE("a gradient of another shape is refused", "[nn][hooks][error]") {
  const Net net;
  const nn::BackwardHook hook(net.fc1, [](const Tensor& gradient) { return sum(gradient); });
  const Tensor loss = sum(net(ones({4, 2})));
  CHECK_THROWS_AS(loss.backward(), Error);
}

TEST_CASE("hooks are found by path, nest, and go in any order", "[nn][hooks]") {
  nn::Sequential net{nn::Linear{2, 2}, nn::ReLU{}, [](const Tensor& x) { return x * 2; }};
  std::vector<std::string> order;
  std::vector<nn::ForwardHook> hooks;
  for (const nn::ModuleAt& module : nn::modules(net))
    hooks.emplace_back(module,
                       [&order, path = module.path](const Tensor&, const Tensor&) { order.push_back(path); });
  net(ones({1, 2}));
  CHECK(order == std::vector<std::string>{"0", "1", "2", ""});
  hooks.erase(hooks.begin() + 1);  // neither the first nor the last to come
  order.clear();
  net(ones({1, 2}));
  CHECK(order.size() == 3);
  hooks.front().remove();
  order.clear();
  net(ones({1, 2}));
  CHECK(order == std::vector<std::string>{"1", "2"});
}

TEST_CASE("a hook may remove itself", "[nn][hooks]") {
  const Net net;
  int calls = 0;
  std::optional<nn::ForwardHook> hook;
  hook.emplace(net.act, [&](const Tensor&, const Tensor&) {
    ++calls;
    hook->remove();
  });
  net(ones({1, 2}));
  net(ones({1, 2}));
  CHECK(calls == 1);
}

}  // namespace gradus::hooks_test
