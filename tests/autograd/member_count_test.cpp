#include <gradus/autograd/members.hpp>

#include <any>
#include <array>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "support/catch.hpp"
#include "support/member_types.hpp"

namespace gradus::member_count_test {
using namespace test;

namespace {

struct LayerOptions {
  int in = 1;
  int out = 1;
  bool bias = true;
};

// Layers built from options, with the constructors that are easily mistaken for conversions.
struct FromOptions {
  explicit FromOptions(LayerOptions) {}
};
struct FromOptionsImplicitly {
  FromOptionsImplicitly(const LayerOptions&) {}
};
struct FromList {
  FromList(std::initializer_list<int>) {}
};
struct ExplicitDefault {
  explicit ExplicitDefault() = default;
  explicit ExplicitDefault(int) {}
};
struct GreedyForwarding {
  template <class U>
  GreedyForwarding(U&&) {}
};
struct GreedyReference {
  template <class U>
  GreedyReference(const U&) {}
};
struct GreedyValue {
  template <class U>
  GreedyValue(U) {}
};
struct GreedyExplicit {
  template <class... U>
  explicit GreedyExplicit(U&&...) {}
};
struct Unmovable {
  Unmovable() = default;
  Unmovable(Unmovable&&) = delete;
};
enum class Mode { train, eval };

template <std::size_t N>
struct Bytes {
  char first = 0;
  char bytes[N] = {};
};

}  // namespace

TEST_CASE("members are counted whatever their type", "[autograd][members]") {
  CHECK(member_count<Empty>() == 0);
  CHECK(member_count<One>() == 1);
  CHECK(member_count<const One>() == 1);
  CHECK(member_count<Block>() == 2);

  struct Plain {
    bool b;
    int i;
    double d;
    float f;
    Mode mode;
    const char* text;
    void* pointer;
    int (*function)(int);
    int Plain::*member;
    std::nullptr_t null;
    const int constant;
  };
  CHECK(member_count<Plain>() == 11);

  struct Library {
    std::string string;
    std::vector<int> vector;
    std::vector<bool> flags;
    std::optional<int> optional;
    std::optional<std::string> optional_string;
    std::function<int(int)> function;
    std::function<int(int)> lambda = [](int x) { return x + 1; };
    std::map<std::string, std::vector<double>> map;
    std::variant<int, std::string> variant;
    std::any any;
    std::pair<int, std::string> pair;
    std::tuple<int, double> tuple;
    std::string_view view;
    std::shared_ptr<int> shared;
  };
  CHECK(member_count<Library>() == 14);
}

TEST_CASE("members with braces left out are one member each", "[autograd][members]") {
  struct StdArrays {
    std::array<int, 2> stride, padding;
    std::array<std::array<int, 2>, 3> nested;
    std::array<int, 0> none;
    std::array<Layer, 2> layers{Layer{1, 2}, Layer{1, 2}};
  };
  CHECK(member_count<StdArrays>() == 5);

  struct CArrays {
    int first[3];
    double middle;
    char text[8];
    float matrix[2][3];
    std::string strings[2];
    One ones[2];
    int one[1];
    int last[2];
  };
  CHECK(member_count<CArrays>() == 8);

  struct OnlyArray {
    int values[5];
  };
  CHECK(member_count<OnlyArray>() == 1);

  struct Nesting {
    Composite first;
    One one;
    Empty empty;
    Composite last;
    int i;
  };
  CHECK(member_count<Composite>() == 3);
  CHECK(member_count<Nesting>() == 5);

  struct OnlyComposite {
    Composite nested;
  };
  CHECK(member_count<OnlyComposite>() == 1);
  struct OnlyEmpty {
    Empty empty;
  };
  CHECK(member_count<OnlyEmpty>() == 1);
}

TEST_CASE("arrays of elements without default constructor are one member", "[autograd][members]") {
  struct Defaulted {
    int hidden = 1;
    Layer fcs[2] = {{1, 2}, {3, 4}};
    Layer fc{1, 2};
    Layer more[3] = {{1, 2}, {3, 4}, {5, 6}};
    int seed = 0;
  };
  CHECK(member_count<Defaulted>() == 5);

  struct Required {
    Layer first;
    Layer fcs[2];
    Layer last;
    int sizes[2];
  };
  CHECK(member_count<Required>() == 4);
}

TEST_CASE("members need neither be copied nor default constructed", "[autograd][members]") {
  struct Moved {
    std::unique_ptr<int> first;
    Unmovable unmovable;
    std::unique_ptr<Layer> last;
  };
  CHECK(member_count<Moved>() == 3);

  struct Given {
    int before = 0;
    FromOptions options{LayerOptions{}};
    FromOptionsImplicitly implicit{LayerOptions{}};
    FromList list{1, 2, 3};
    ExplicitDefault explicit_default{};
    LayerOptions aggregate{.in = 2};
    Layer last{1, 2};
  };
  CHECK(member_count<Given>() == 7);

  struct Required {
    int before;
    FromOptions options;
    FromOptionsImplicitly implicit;
    FromList list;
    Layer layer;
    int after;
  };
  CHECK(member_count<Required>() == 6);
}

TEST_CASE("members that take any argument are one member each", "[autograd][members]") {
  struct Greedy {
    GreedyForwarding forwarding;
    GreedyReference reference;
    GreedyValue value;
    GreedyExplicit explicit_{};
    GreedyForwarding last{1};
  };
  CHECK(member_count<Greedy>() == 5);
}

TEST_CASE("an array of any size up to 250 is one member", "[autograd][members]") {
  CHECK(member_count<Bytes<2>>() == 2);
  CHECK(member_count<Bytes<31>>() == 2);
  CHECK(member_count<Bytes<250>>() == 2);
}

// Binds N names to a C array, which shows that each case of the generated table hands over N of them, in
// order.
TEST_CASE("every number of members from 1 to 64 is bound in order", "[autograd][members]") {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    const auto check = []<std::size_t N>(std::integral_constant<std::size_t, N>) {
      int values[N] = {};
      detail::MemberBindings<N>::apply(values, [&](auto&... members) {
        const std::vector<int*> bound{&members...};
        REQUIRE(bound.size() == N);
        for (std::size_t i = 0; i < N; ++i) CHECK(bound[i] == values + i);
      });
    };
    (check(std::integral_constant<std::size_t, I + 1>{}), ...);
  }
  (std::make_index_sequence<detail::max_members>{});
}

}  // namespace gradus::member_count_test
