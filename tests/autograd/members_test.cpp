#include <gradus/autograd/members.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"
#include "support/member_types.hpp"

namespace gradus::members_test {
using namespace test;

namespace {

template <class T>
std::vector<std::string> names_of(T& value) {
  std::vector<std::string> names;
  for_each_member(value, [&](std::string_view name, auto&) { names.emplace_back(name); });
  return names;
}

using Names = std::vector<std::string>;

struct Net {
  int hidden = 128;
  Layer conv1{1, 32};
  std::vector<Block> blocks;
  std::optional<Layer> head;
  std::array<Layer, 2> fcs{Layer{2, 3}, Layer{3, 4}};
  Block block{{1, 2}, {3, 4}};
  Layer fc{hidden, 10};
};

struct Conv2dOp {
  std::array<std::int64_t, 2> stride, padding;
  static constexpr std::string_view name = "conv2d";
  int forward(int x) const { return x; }
};

struct Mixin {
  int twice(int x) const { return 2 * x; }
};
struct Other {};
struct Mixed : Mixin, Other {
  int a = 1;
  Layer b{1, 2};
};
struct WithFields : One {
  int a = 1;
};
struct WithConstructor {
  WithConstructor() {}
  int a = 1;
};
union Overlap {
  int i;
  float f;
};

template <class T>
struct Templated {
  T value{};
  std::vector<T> values;
};

}  // namespace

TEST_CASE("only aggregates that hold their own members are reflectable", "[autograd][members]") {
  STATIC_REQUIRE(Reflectable<Net>);
  STATIC_REQUIRE(Reflectable<const Net>);
  STATIC_REQUIRE(Reflectable<Empty>);
  STATIC_REQUIRE(Reflectable<Mixed>);
  STATIC_REQUIRE_FALSE(Reflectable<WithFields>);
  STATIC_REQUIRE_FALSE(Reflectable<WithConstructor>);
  STATIC_REQUIRE_FALSE(Reflectable<Layer>);
  STATIC_REQUIRE_FALSE(Reflectable<Overlap>);
  STATIC_REQUIRE_FALSE(Reflectable<int>);
  STATIC_REQUIRE_FALSE(Reflectable<int[2]>);
  STATIC_REQUIRE_FALSE(Reflectable<int&>);
  STATIC_REQUIRE_FALSE(Reflectable<std::array<int, 2>>);
  STATIC_REQUIRE_FALSE(Reflectable<const std::array<Layer, 2>>);
  STATIC_REQUIRE_FALSE(Reflectable<std::string>);
  STATIC_REQUIRE_FALSE(Reflectable<std::vector<int>>);
  STATIC_REQUIRE_FALSE(Reflectable<std::optional<int>>);
}

TEST_CASE("empty base classes are not members", "[autograd][members]") {
  Mixed mixed;
  CHECK(mixed.twice(mixed.a) == 2);
  CHECK(member_count<Mixed>() == 2);
  CHECK(names_of(mixed) == Names{"a", "b"});
}

TEST_CASE("static members and functions are not listed", "[autograd][members]") {
  Conv2dOp op{.stride = {1, 1}, .padding = {0, 0}};
  CHECK(Conv2dOp::name == "conv2d");
  CHECK(op.forward(1) == 1);
  CHECK(names_of(op) == Names{"stride", "padding"});
}

TEST_CASE("member names are those of the source", "[autograd][members]") {
  STATIC_REQUIRE(member_name<Net, 0>() == "hidden");
  STATIC_REQUIRE(member_name<Net, 1>() == "conv1");
  STATIC_REQUIRE(member_name<const Net, 6>() == "fc");

  Net net;
  CHECK(names_of(net) == Names{"hidden", "conv1", "blocks", "head", "fcs", "block", "fc"});
  Templated<std::vector<Net>> templated;
  CHECK(names_of(templated) == Names{"value", "values"});

  struct Spelling {
    int _under_score_, camelCase, x0, größe;
    int array[2];
    void (*function)(int);
    std::array<int, 2> std_array;
    Composite nested;
    const char* const text = "";
  };
  Spelling spelling{};
  CHECK(names_of(spelling) == Names{"_under_score_", "camelCase", "x0", "größe", "array", "function",
                                    "std_array", "nested", "text"});
}

TEST_CASE("structs local to a function or a lambda have named members", "[autograd][members]") {
  struct Local {
    Layer conv1{1, 2};
    Block block{{1, 2}, {3, 4}};
    std::unique_ptr<int> owned;
  };
  Local local;
  CHECK(names_of(local) == Names{"conv1", "block", "owned"});

  const auto in_lambda = [] {
    struct Inner {
      int one = 1;
      std::string two;
    };
    Inner value;
    return names_of(value);
  };
  CHECK(in_lambda() == Names{"one", "two"});
}

TEST_CASE("each member is visited in order and can be changed", "[autograd][members]") {
  struct Point {
    int x = 1, y = 2, z = 3;
  };
  Point point;
  std::string seen;
  for_each_member(point, [&](std::string_view name, int& member) {
    seen += name;
    member *= 10;
  });
  CHECK(seen == "xyz");
  CHECK(point.x == 10);
  CHECK(point.y == 20);
  CHECK(point.z == 30);

  Net net;
  for_each_member(net, []<class Member>(std::string_view name, Member& member) {
    if constexpr (std::is_same_v<Member, Layer>) {
      if (name == "fc") member = Layer{5, 7};
    }
  });
  CHECK(net.fc.size() == 35);
  CHECK(net.conv1.size() == 32);
}

TEST_CASE("members of a const struct are const", "[autograd][members]") {
  const Net net;
  std::size_t visited = 0;
  for_each_member(net, [&]<class Member>(std::string_view, Member&) {
    STATIC_REQUIRE(std::is_const_v<Member>);
    ++visited;
  });
  CHECK(visited == 7);
}

TEST_CASE("the members visited are those of the object given", "[autograd][members]") {
  Net net;
  std::vector<const void*> addresses;
  for_each_member(net, [&](std::string_view, auto& member) { addresses.push_back(&member); });
  CHECK(addresses == std::vector<const void*>{&net.hidden, &net.conv1, &net.blocks, &net.head, &net.fcs,
                                              &net.block, &net.fc});
}

TEST_CASE("members can be visited at compile time", "[autograd][members]") {
  constexpr int sum = [] {
    Conv2dOp op{.stride = {1, 2}, .padding = {3, 4}};
    std::int64_t total = 0;
    for_each_member(op, [&](std::string_view name, const auto& values) {
      total += (name == "stride" ? 100 : 1) * (values[0] + values[1]);
    });
    return static_cast<int>(total);
  }();
  STATIC_REQUIRE(sum == 307);
}

TEST_CASE("a struct without members is visited zero times", "[autograd][members]") {
  Empty empty;
  CHECK(names_of(empty).empty());
}

TEST_CASE("a struct may hold more of its own kind", "[autograd][members]") {
  struct Tree {
    int value = 0;
    std::vector<Tree> children;
    std::unique_ptr<Tree> sibling;
  };
  Tree tree;
  CHECK(names_of(tree) == Names{"value", "children", "sibling"});
}

namespace {

struct Wide {  // 64 members
  Layer a0{1, 1};
  int a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5, c6,
      c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1, f2,
      f3, f4, f5, f6, f7, f8, f9, g0, g1, g2;
  std::string last;
};

}  // namespace

TEST_CASE("a struct may have 64 members", "[autograd][members]") {
  Wide wide{};
  CHECK(member_count<Wide>() == 64);
  const auto names = names_of(wide);
  REQUIRE(names.size() == 64);
  CHECK(names.front() == "a0");
  CHECK(names[62] == "g2");
  CHECK(names.back() == "last");
}

}  // namespace gradus::members_test
