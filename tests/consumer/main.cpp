#include <gradus/gradus.hpp>

#include <cstdio>

// The derivative of the sum of x * x is 2 x: prints "6", and succeeds only if it is.
int main() {
  const gradus::Tensor x = gradus::full({2, 2}, 3.0, {.requires_grad = true});
  gradus::sum(x * x).backward();
  const float slope = gradus::mean(x.grad()).item<float>();
  std::printf("%g\n", slope);
  return slope == 6.0F ? 0 : 1;
}
