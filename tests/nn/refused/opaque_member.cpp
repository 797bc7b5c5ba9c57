// Must not compile: a member's class is neither an aggregate nor has it `visit`.
#include <gradus/nn/linear.hpp>
#include <gradus/nn/module.hpp>

class Opaque {
 public:
  Opaque() = default;

 private:
  gradus::nn::Linear fc_{2, 2};
};

struct Net {
  gradus::nn::Linear fc{2, 2};
#ifndef GRADUS_ONLY_WHAT_COMPILES
  Opaque opaque;
#endif
};

int main() { return gradus::nn::parameters(Net()).empty() ? 1 : 0; }
