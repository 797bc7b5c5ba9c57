// Learns which points lie inside a circle. A model is a plain struct; nothing is registered.
#include <gradus/gradus.hpp>
using namespace gradus;

struct Net {
  nn::Linear hidden{2, 32};
  nn::Linear out{32, 1};
  Tensor operator()(const Tensor& x) const { return out(tanh(hidden(x))); }
};

int main() {
  manual_seed(1);
  const Tensor x = uniform({512, 2}, -1, 1);
  const Tensor inside = (sum(square(x), 1, true) < 0.5).to(float32);
  Net net;
  optim::Adam adam{nn::parameters(net), {.lr = 0.02}};
  for (int step = 0; step <= 300; ++step) {
    adam.zero_grad();
    const Tensor loss = bce_with_logits(net(x), inside);
    loss.backward();
    adam.step();
    if (step % 100 == 0) fmt::print("step {:3}  loss {:.4f}\n", step, loss.item<float>());
  }
}
