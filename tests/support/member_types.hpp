#pragma once
#include <array>
#include <memory>

// Plain types to build structs from, whose members are then counted and listed.
namespace gradus::test {

// Like a layer: no default constructor, holds handles, not an aggregate.
class Layer {
 public:
  Layer(int in, int out) : size_(std::make_shared<int>(in * out)) {}
  int size() const { return *size_; }

 private:
  std::shared_ptr<int> size_;
};

struct Empty {};
struct One {
  int only = 1;
};
struct Composite {
  One one;
  Empty empty;
  std::array<int, 3> values{};
};

struct Block {  // not default constructible: both members must be given
  Layer conv1, conv2;
};

}  // namespace gradus::test
