#include <gradus/nn/sequential.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/nn/activation.hpp>
#include <gradus/nn/flatten.hpp>
#include <gradus/nn/identity.hpp>
#include <gradus/nn/linear.hpp>
#include <gradus/nn/module.hpp>
#include <gradus/nn/state.hpp>

#include "support/catch.hpp"

namespace gradus::sequential_test {

namespace {

struct Residual {
  nn::Linear fc{2, 2, {.bias = false}};
  Tensor operator()(Tensor x) const { return x + fc(x); }
};

std::vector<std::string> names(const nn::Sequential& model) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : nn::named_parameters(model)) names.push_back(name);
  return names;
}

}  // namespace

TEST_CASE("Sequential applies layers, structs and lambdas in order", "[nn][sequential]") {
  const nn::Sequential model{nn::Flatten{}, [](Tensor x) { return x - 3; }, nn::ReLU{},
                             nn::Sequential{nn::Identity{}, [](const Tensor& x) { return x * 2; }},
                             [](auto& x) { return x * 1; }};
  CHECK(model.size() == 5);
  const Tensor y = model(tensor({{{1, 2}, {3, 4}}}));
  CHECK(y.shape() == Shape{1, 4});
  CHECK(y.to_vector<float>() == std::vector<float>{0, 0, 0, 2});
  CHECK(nn::Sequential()(ones({2})).to_vector<float>() == std::vector<float>{1, 1});
}

TEST_CASE("Sequential names parameters by position, nested ones too", "[nn][sequential]") {
  nn::Sequential model{nn::Linear{2, 2}, nn::ReLU{}, Residual{},
                       nn::Sequential{nn::ReLU{}, nn::Linear{2, 1, {.bias = false}}}};
  CHECK(names(model) == std::vector<std::string>{"0.weight", "0.bias", "2.fc.weight", "3.1.weight"});
  model.append(nn::Linear{1, 1, {.bias = false}});
  CHECK(names(model).back() == "4.weight");
}

TEST_CASE("a copy of a Sequential shares tensors, a clone does not", "[nn][sequential]") {
  nn::Sequential model{nn::Linear{2, 2}, Residual{}};
  const nn::Sequential copy = model;
  const nn::Sequential clone = nn::clone(model);
  CHECK(copy.size() == 2);
  CHECK(nn::parameters(copy)[0].impl() == nn::parameters(model)[0].impl());
  CHECK_FALSE(nn::parameters(clone)[0].shares_storage(nn::parameters(model)[0]));
  const Tensor x = ones({1, 2});
  CHECK(clone(x).to_vector<float>() == model(x).to_vector<float>());
  const NoGrad guard;
  nn::parameters(model)[0].zero_();
  CHECK(copy(x).to_vector<float>() == model(x).to_vector<float>());
  CHECK(clone(x).to_vector<float>() != model(x).to_vector<float>());
}

TEST_CASE("one Sequential as argument is copied, not nested", "[nn][sequential]") {
  nn::Sequential inner{nn::Linear{2, 2}};
  nn::Sequential outer{inner};
  CHECK(names(outer) == std::vector<std::string>{"0.weight", "0.bias"});
}

TEST_CASE("layers of a Sequential are reached by position and type", "[nn][sequential]") {
  nn::Sequential model{nn::Linear{2, 3}, nn::ReLU{}};
  REQUIRE(model[0].as<nn::Linear>() != nullptr);
  CHECK(model[0].as<nn::Linear>()->weight.shape() == Shape{3, 2});
  CHECK(model[-1].as<nn::ReLU>() != nullptr);
  CHECK(model[1].as<nn::Linear>() == nullptr);
  CHECK_THROWS_AS(model[2], IndexError);
  CHECK_THROWS_AS(model[-3], IndexError);
}

TEST_CASE("an error within a Sequential names the parameter and the line of the call",
          "[nn][sequential][error]") {
  nn::Sequential model{nn::Linear{2, 3}, nn::Linear{4, 1}};
  static_cast<void>(nn::parameters(model));
  const auto line = std::to_string(__LINE__ + 1);
  const auto refused = [&] { return model(ones({5, 2})); };
  CHECK_THROWS_WITH(refused(),
                    "linear: input is [5, 3] but 1.weight is [1, 4]; the last dimension must "
                    "be 4 (sequential_test.cpp:" +
                        line + ")");
}

TEST_CASE("Sequential takes layers in, out and over", "[nn][sequential]") {
  nn::Sequential model{nn::Linear{2, 3}, nn::ReLU{}};
  const nn::Sequential more{nn::Linear{3, 4}};
  model.extend(more);
  CHECK(names(model) == std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias"});
  CHECK(nn::parameters(model)[2].impl() == nn::parameters(more)[0].impl());
  model.insert(0, nn::Identity{});
  model.insert(-1, nn::Linear{3, 3});
  model.insert(5, nn::Linear{4, 1});
  CHECK(names(model) == std::vector<std::string>{"1.weight", "1.bias", "3.weight", "3.bias", "4.weight",
                                                 "4.bias", "5.weight", "5.bias"});
  CHECK(model(ones({2})).shape() == Shape{1});
  model.erase(0);
  model.erase(-1);
  CHECK(model.size() == 4);
  CHECK(model(ones({2})).shape() == Shape{4});
  model.extend(model);
  CHECK(model.size() == 8);
  CHECK_THROWS_AS(model.insert(9, nn::ReLU{}), IndexError);
  CHECK_THROWS_AS(model.erase(8), IndexError);
}

}  // namespace gradus::sequential_test
