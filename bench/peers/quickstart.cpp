// examples/quickstart.cpp for libtorch: for the time it takes to compile, and the size of the program.
#include <torch/torch.h>

struct Net : torch::nn::Module {
  torch::nn::Linear hidden = register_module("hidden", torch::nn::Linear(2, 32));
  torch::nn::Linear out = register_module("out", torch::nn::Linear(32, 1));
  torch::Tensor operator()(const torch::Tensor& x) { return out(torch::tanh(hidden(x))); }
};

int main() {
  torch::manual_seed(1);
  const torch::Tensor x = torch::empty({512, 2}).uniform_(-1, 1);
  const torch::Tensor inside = (torch::sum(torch::square(x), {1}, true) < 0.5).to(torch::kFloat32);
  Net net;
  torch::optim::Adam adam(net.parameters(), torch::optim::AdamOptions(0.02));
  for (int step = 0; step <= 300; ++step) {
    adam.zero_grad();
    const torch::Tensor loss = torch::binary_cross_entropy_with_logits(net(x), inside);
    loss.backward();
    adam.step();
    if (step % 100 == 0) std::printf("step %3d  loss %.4f\n", step, loss.item<double>());
  }
}
