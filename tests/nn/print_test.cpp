#include <gradus/nn/print.hpp>

#include <sstream>

#include <gradus/nn/activation.hpp>
#include <gradus/nn/conv2d.hpp>
#include <gradus/nn/embedding.hpp>
#include <gradus/nn/linear.hpp>
#include <gradus/nn/max_pool2d.hpp>
#include <gradus/nn/sequential.hpp>

#include "support/catch.hpp"

namespace gradus::print_test {

namespace {

struct Block {
  nn::Linear fc{2, 2, {.bias = false}};
  nn::LeakyReLU act{0.2};
};

struct Net {
  int hidden = 7;
  nn::Conv2d conv1{1, 32, 3};
  nn::MaxPool2d pool{2, {.stride = 1}};
  std::vector<Block> blocks = std::vector<Block>(1);
  nn::Sequential head{nn::ReLU{}, [](const Tensor& x) { return x; }};
  Tensor operator()(const Tensor& x) const { return conv1(x); }
};

}  // namespace

TEST_CASE("a model prints one layer a line, through fmt and <<", "[nn][print]") {
  const Net net;
  const std::string expected =
      "Net(\n"
      "  hidden=7\n"
      "  (conv1): Conv2d(1, 32, kernel_size=[3, 3], stride=[1, 1])\n"
      "  (pool): MaxPool2d(kernel_size=[2, 2], stride=[1, 1], padding=[0, 0], dilation=[1, 1], "
      "ceil_mode=false)\n"
      "  (blocks): vector(\n"
      "    (0): Block(\n"
      "      (fc): Linear(2, 2, bias=false)\n"
      "      (act): LeakyReLU(negative_slope=0.2)\n"
      "    )\n"
      "  )\n"
      "  (head): Sequential(\n"
      "    (0): ReLU()\n"
      "    (1): lambda()\n"
      "  )\n"
      ")";
  CHECK(nn::to_string(net) == expected);
  CHECK(fmt::format("{}", net) == expected);
  std::ostringstream out;
  out << net;
  CHECK(out.str() == expected);
}

TEST_CASE("layers print what they were made with", "[nn][print]") {
  CHECK(nn::to_string(nn::Linear{3, 4}) == "Linear(3, 4, bias=true)");
  CHECK(fmt::format(
            "{}",
            nn::Conv2d{
                4, 6, {3, 5}, {.stride = 2, .padding = {1, 2}, .dilation = 3, .groups = 2, .bias = false}}) ==
        "Conv2d(4, 6, kernel_size=[3, 5], stride=[2, 2], padding=[1, 2], dilation=[3, 3], groups=2, "
        "bias=false)");
  CHECK(fmt::format("{}", nn::ConvTranspose2d{4, 6, 3, {.stride = 2, .output_padding = 1, .groups = 2}}) ==
        "ConvTranspose2d(4, 6, kernel_size=[3, 3], stride=[2, 2], output_padding=[1, 1], groups=2)");
  CHECK(fmt::format("{}", nn::Embedding{10, 3, {.padding_idx = 0}}) == "Embedding(10, 3, padding_idx=0)");
  CHECK(fmt::format("{}", nn::GELU{.approximate = Gelu::tanh}) == "GELU(approximate=tanh)");
  CHECK(fmt::format("{}", nn::Softplus{}) == "Softplus(beta=1, threshold=20)");
}

}  // namespace gradus::print_test
