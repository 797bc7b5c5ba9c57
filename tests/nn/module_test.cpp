#include <gradus/nn/module.hpp>

#include <array>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/nn/activation.hpp>
#include <gradus/nn/conv2d.hpp>
#include <gradus/nn/linear.hpp>
#include <gradus/nn/sequential.hpp>
#include <gradus/nn/state.hpp>

#include "support/catch.hpp"

namespace gradus::module_test {

namespace {

using Names = std::vector<std::string>;

Names names(const nn::Named& tensors) {
  Names names;
  for (const auto& [name, tensor] : tensors) names.push_back(name);
  return names;
}

struct DigitNet {
  int hidden = 128;
  nn::Conv2d conv1{1, 32, 3};
  nn::Conv2d conv2{32, 64, 3};
  nn::Linear fc1{1600, hidden};
  nn::Linear fc2{hidden, 10};
};

struct Plain {
  nn::Linear fc{2, 3};
  nn::Parameter scale = ones({3});
  nn::Buffer running = zeros({3});
  Tensor shift = zeros({3});
  Tensor table = zeros({4}, {.dtype = int64});
  Tensor absent;
};

struct Block {
  nn::Linear a{2, 2, {.bias = false}};
  std::optional<nn::Linear> skip;
};

/// Holds everything a member may be, and plain values between.
struct Everything {
  enum class Mode { fast, slow };

  std::string title = "a model";
  Mode mode = Mode::fast;
  std::vector<Block> blocks = std::vector<Block>(2);
  std::function<double(double)> schedule;
  std::array<nn::Linear, 2> pair{nn::Linear{1, 1}, nn::Linear{1, 2}};
  std::list<nn::Parameter> list{ones({1}), ones({2})};
  std::map<std::string, nn::Linear> heads{{"digit", nn::Linear{2, 2}}, {"colour", nn::Linear{2, 1}}};
  std::tuple<int, nn::Linear> tuple{3, nn::Linear{1, 1}};
  std::unique_ptr<nn::Linear> owned = std::make_unique<nn::Linear>(1, 1);
  std::shared_ptr<Block> shared;
  std::optional<nn::Parameter> maybe = nn::Parameter(ones({1}));
  nn::Linear array[2] = {nn::Linear{1, 1}, nn::Linear{1, 1}};
  std::vector<int> sizes{1, 2};
  std::map<std::string, int> vocabulary;
  std::set<int> set;
  Shape shape{1, 2};
  const nn::Linear* outside = nullptr;
  nn::Linear last{1, 1, {.bias = false}};
};

/// A class says itself what it holds; so may one whose visit is const.
class Custom {
 public:
  void visit(auto& v) const {
    v("weight", weight_);
    v("inner", inner_);
    v("rate", rate_);
  }

 private:
  nn::Parameter weight_ = ones({2});
  nn::Linear inner_{1, 1};
  double rate_ = 1;
};

struct Switches {
  nn::Training outer;
  struct Inner {
    int x = 1;
    nn::Training flag;
  };
  std::vector<Inner> inner = std::vector<Inner>(2);
};

struct LambdaArchitect {  // "lambda" in a name is not a lambda
  nn::Linear fc{1, 1};
  LambdaArchitect() = default;
  void visit(auto& v) { v("fc", fc); }
};

}  // namespace

TEST_CASE("a digit CNN lists its parameters by PyTorch's names, in order, and has 225,034 elements",
          "[nn][module]") {
  DigitNet net;
  CHECK(names(nn::named_parameters(net)) == Names{"conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias",
                                                  "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"});
  std::int64_t all = 0, weights = 0;
  for (const auto& [name, tensor] : nn::named_parameters(net)) {
    CHECK(tensor.requires_grad());
    CHECK(tensor.name() == name);
    all += tensor.numel();
    if (name.ends_with("weight")) weights += tensor.numel();
  }
  CHECK(all == 225034);
  CHECK(weights == 224800);
  CHECK(nn::buffers(net).empty());
}

TEST_CASE("a module lists its parameters, then its buffers, then its children", "[nn][module]") {
  const Plain net;
  CHECK(names(nn::named_parameters(net)) == Names{"scale", "shift", "fc.weight", "fc.bias"});
  CHECK(names(nn::named_buffers(net)) == Names{"running", "table"});
  CHECK(names(nn::state_dict(net)) == Names{"scale", "shift", "running", "table", "fc.weight", "fc.bias"});
  CHECK(net.scale.requires_grad());
  CHECK_FALSE(net.shift.requires_grad());  // a plain tensor asks only if told to
  CHECK_FALSE(net.running.requires_grad());
}

TEST_CASE("members may be containers, optionals and pointers of layers, plain values are passed over",
          "[nn][module]") {
  Everything net;
  net.blocks[1].skip.emplace(2, 1);
  net.shared = std::make_shared<Block>();
  CHECK(names(nn::named_parameters(net)) == Names{"maybe",
                                                  "blocks.0.a.weight",
                                                  "blocks.1.a.weight",
                                                  "blocks.1.skip.weight",
                                                  "blocks.1.skip.bias",
                                                  "pair.0.weight",
                                                  "pair.0.bias",
                                                  "pair.1.weight",
                                                  "pair.1.bias",
                                                  "list.0",
                                                  "list.1",
                                                  "heads.colour.weight",
                                                  "heads.colour.bias",
                                                  "heads.digit.weight",
                                                  "heads.digit.bias",
                                                  "tuple.1.weight",
                                                  "tuple.1.bias",
                                                  "owned.weight",
                                                  "owned.bias",
                                                  "shared.a.weight",
                                                  "array.0.weight",
                                                  "array.0.bias",
                                                  "array.1.weight",
                                                  "array.1.bias",
                                                  "last.weight"});
}

TEST_CASE("a class with visit, const or not, is walked by it", "[nn][module]") {
  CHECK(names(nn::named_parameters(Custom())) == Names{"weight", "inner.weight", "inner.bias"});
  CHECK(names(nn::named_parameters(std::vector<LambdaArchitect>(1))) == Names{"0.fc.weight", "0.fc.bias"});
}

TEST_CASE("a tensor with two paths is one parameter and two entries of the state", "[nn][module]") {
  struct Tied {
    nn::Linear encoder{3, 3, {.bias = false}};
    nn::Linear decoder{3, 3, {.bias = false}};
  };
  Tied net;
  net.decoder.weight = net.encoder.weight;
  CHECK(names(nn::named_parameters(net)) == Names{"encoder.weight"});
  CHECK(nn::parameters(net).size() == 1);
  CHECK(names(nn::state_dict(net)) == Names{"encoder.weight", "decoder.weight"});
  CHECK(net.decoder.weight.name() == "encoder.weight");

  const Tied copy = nn::clone(net);
  CHECK(copy.encoder.weight.impl() == copy.decoder.weight.impl());
  CHECK_FALSE(copy.encoder.weight.shares_storage(net.encoder.weight));
}

TEST_CASE("a tensor keeps its name in the whole when a part is walked alone", "[nn][module]") {
  DigitNet net;
  CHECK(nn::named_parameters(net.fc1)[0].first == "weight");
  CHECK(net.fc1.weight.name() == "weight");
  static_cast<void>(nn::parameters(net));
  CHECK(net.fc1.weight.name() == "fc1.weight");
  nn::freeze(net.fc1);
  CHECK(net.fc1.weight.name() == "fc1.weight");
}

TEST_CASE("train and eval reach every flag, a copy has its own", "[nn][module]") {
  Switches net;
  Switches copy = net;
  nn::eval(net);
  CHECK_FALSE(net.outer);
  CHECK_FALSE(net.inner[0].flag);
  CHECK_FALSE(net.inner[1].flag);
  CHECK(copy.outer);
  CHECK(copy.inner[1].flag);
  nn::train(net);
  CHECK(net.outer);
  CHECK(net.inner[1].flag);
}

TEST_CASE("freeze takes parameters, or those of one layer, off the tape", "[nn][module]") {
  DigitNet net;
  nn::freeze(net.conv1);
  CHECK_FALSE(net.conv1.weight.requires_grad());
  CHECK_FALSE(net.conv1.bias.requires_grad());
  CHECK(net.conv2.weight.requires_grad());
  const std::vector<Tensor> held = nn::parameters(net);  // as an optimizer would
  nn::unfreeze(net);
  CHECK(held[0].requires_grad());
  nn::freeze(net);
  for (const Tensor& parameter : held) CHECK_FALSE(parameter.requires_grad());
}

TEST_CASE("zero_grad forgets what was gathered", "[nn][module]") {
  const Plain net;
  sum(net.scale * 2).backward();
  CHECK(net.scale.grad().defined());
  nn::zero_grad(net);
  CHECK_FALSE(net.scale.grad().defined());
}

TEST_CASE("modules and apply find layers by path and type, through Sequential too", "[nn][module]") {
  struct Net {
    nn::Conv2d conv{1, 2, 3};
    std::vector<nn::Linear> heads{nn::Linear{2, 2}, nn::Linear{2, 3}};
    nn::Sequential seq{nn::ReLU{}, nn::Sequential{nn::Linear{3, 4}, nn::ReLU{}}};
  };
  Net net;
  std::vector<std::pair<std::string, std::string>> found;
  for (const nn::ModuleAt& module : nn::modules(net)) found.emplace_back(module.path, module.type);
  CHECK(found == std::vector<std::pair<std::string, std::string>>{{"", "Net"},
                                                                  {"conv", "Conv2d"},
                                                                  {"heads.0", "Linear"},
                                                                  {"heads.1", "Linear"},
                                                                  {"seq", "Sequential"},
                                                                  {"seq.0", "ReLU"},
                                                                  {"seq.1", "Sequential"},
                                                                  {"seq.1.0", "Linear"},
                                                                  {"seq.1.1", "ReLU"}});
  Names paths;
  nn::apply<nn::Linear>(net, [&](const std::string& path, nn::Linear& layer) {
    const NoGrad guard;
    layer.bias.zero_();
    paths.push_back(path);
  });
  CHECK(paths == Names{"heads.0", "heads.1", "seq.1.0"});
  CHECK(net.heads[1].bias.to_vector<float>() == std::vector<float>{0, 0, 0});
  std::size_t count = 0;
  nn::apply<nn::Conv2d>(std::as_const(net), [&](const nn::Conv2d&) { ++count; });
  CHECK(count == 1);
}

TEST_CASE("a Parameter is a leaf that asks for a gradient", "[nn][module]") {
  const Tensor values = ones({2});
  const nn::Parameter parameter = values;
  CHECK(parameter.requires_grad());
  CHECK_FALSE(values.requires_grad());
  CHECK(parameter.shares_storage(values));
  const Tensor handle = parameter;
  CHECK(nn::Parameter(handle).impl() == parameter.impl());
  CHECK(nn::Parameter(parameter * 2.0).is_leaf());
  CHECK_FALSE(nn::Parameter(Tensor()).defined());
  CHECK_THROWS_AS(nn::Parameter(zeros({2}, {.dtype = int64})), DTypeError);
  CHECK_FALSE(nn::Buffer(parameter * 2.0).requires_grad());
  CHECK(fmt::format("{}", parameter) == to_string(handle));
}

}  // namespace gradus::module_test
