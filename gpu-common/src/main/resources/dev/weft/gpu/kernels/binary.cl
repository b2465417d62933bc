/* y = f(a, b), and the gradients d = dy ∂f/∂a and dy ∂f/∂b that are not functions of this family themselves; each
 * group on a span of elements. BinaryOp in dev.weft.backend gives the formulas.
 *
 *   binary_NAME, compare_NAME, NAME_grad...  dense operands, n elements
 *   ..._strided                              any strides: n elements in row-major order of the extents; a stride of 0 repeats an operand
 *
 * NAME is the constant of BinaryOp, or of CompareOp, in lower case. y may be the same view as a or b. Tuning: GROUP, SPAN. */

#define BINARY_TO(TY, NAME, RESULT)                                                             \
    KERNEL(GROUP) NAME(long64 n, DENSE(const T, a_), DENSE(const T, b_), DENSE(TY, y_)) {       \
        EACH_OF_SPAN(i, n) {                                                                    \
            T a = AT_DENSE(a_);                                                                 \
            T b = AT_DENSE(b_);                                                                 \
            AT_DENSE(y_) = RESULT;                                                              \
        }                                                                                       \
    }                                                                                           \
    KERNEL(GROUP) NAME##_strided(EXTENTS, VIEW(const T, a_), VIEW(const T, b_), VIEW(TY, y_)) { \
        EACH_INDEX(n) {                                                                         \
            T a = AT(a_);                                                                       \
            T b = AT(b_);                                                                       \
            AT(y_) = RESULT;                                                                    \
        }                                                                                       \
    }
#define BINARY(NAME, RESULT) BINARY_TO(T, binary_##NAME, RESULT)
#define COMPARE(NAME, RESULT) BINARY_TO(unsigned8, compare_##NAME, RESULT)

#define BINARY_GRAD(NAME, RESULT)                                                                    \
    KERNEL(GROUP) NAME(long64 n, DENSE(const T, a_), DENSE(const T, b_), DENSE(const T, dy_),        \
                       DENSE(T, d_)) {                                                               \
        EACH_OF_SPAN(i, n) {                                                                         \
            T a = AT_DENSE(a_);                                                                      \
            T b = AT_DENSE(b_);                                                                      \
            T dy = AT_DENSE(dy_);                                                                    \
            AT_DENSE(d_) = RESULT;                                                                   \
        }                                                                                            \
    }                                                                                                \
    KERNEL(GROUP) NAME##_strided(EXTENTS, VIEW(const T, a_), VIEW(const T, b_), VIEW(const T, dy_),  \
                                 VIEW(T, d_)) {                                                      \
        EACH_INDEX(n) {                                                                              \
            T a = AT(a_);                                                                            \
            T b = AT(b_);                                                                            \
            T dy = AT(dy_);                                                                          \
            AT(d_) = RESULT;                                                                         \
        }                                                                                            \
    }

#if FLOATING

BINARY(add, a + b)
BINARY(sub, a - b)
BINARY(mul, a* b)
BINARY(div, a / b)
BINARY(pow, pow(a, b))
BINARY(min, smaller(a, b))
BINARY(max, larger(a, b))

/* C's fmod has a's sign; Python's % has b's, also where it is 0. */
DEVICE T remainder_of(T a, T b) {
    T rest = fmod(a, b);
    T moved = (rest < 0.0f) == (b < 0.0f) ? rest : rest + b;
    return rest == 0.0f ? FROM_BITS((TO_BITS(rest) & ~SIGN_BIT) | (TO_BITS(b) & SIGN_BIT)) : moved;
}

BINARY(atan2, atan2(a, b))
BINARY(fmod, fmod(a, b))
BINARY(remainder, remainder_of(a, b))
BINARY(hypot, hypot(a, b))

/* b a^(b-1), 0 where b is 0. Rounded, b - 1 may be whole where b is not, or even where it is odd: so the power of |a|,
 * and its sign by b. And a^-1 overflows for a denormal a, where b times it may not. */
DEVICE T pow_by_base(T a, T b) {
    T size = fabs(a);
    int tiny = size > 0.0f && size < SMALLEST_NORMAL && fabs(b) < 0.5f;
    T slope = tiny ? b * pow(size, b) / size : b * pow(size, b - 1.0f);
    if (TO_BITS(a) < 0 && fabs(b) < INFINITY) {
        int even = 2.0f * floor(0.5f * b) == b;
        slope = even ? -slope : (a < 0.0f && floor(b) != b ? NAN : slope);
    }
    return b == 0.0f ? 0.0f : slope;
}

/* |a|^b ln a, 0 where a is 0 and b is not negative; by the power's root, as the power alone may overflow. */
DEVICE T pow_by_exponent(T a, T b) {
    T half_b = 0.5f * b;
    T root = pow(fabs(a), half_b == 0.0f ? b : half_b); /* the least denormal has no half */
    return a == 0.0f && b >= 0.0f ? 0.0f : root * natural_log(a) * root;
}

BINARY_GRAD(div_grad_b, dy*(-(a / b) / b))
BINARY_GRAD(pow_grad_a, dy* pow_by_base(a, b))
BINARY_GRAD(pow_grad_b, dy* pow_by_exponent(a, b))

/* Of the smaller by a and the larger by b, and of the larger by a and the smaller by b; dy with NaN. */
BINARY_GRAD(unless_greater_grad, dy*(a == b ? 0.5f : (a > b ? 0.0f : 1.0f)))
BINARY_GRAD(unless_less_grad, dy*(a == b ? 0.5f : (a < b ? 0.0f : 1.0f)))

#elif DTYPE == I64 || DTYPE == I32

/* Wraps; in C that needs unsigned arithmetic. */
#define WRAP(a, op, b) ((T)((UNSIGNED)(a)op(UNSIGNED)(b)))

/* Truncated, 0 where b is 0; the one quotient that overflows wraps. */
DEVICE T quotient(T a, T b) {
    if (b == 0) {
        return 0;
    }
    return b == -1 ? WRAP(0, -, a) : a / b;
}

BINARY(add, WRAP(a, +, b))
BINARY(sub, WRAP(a, -, b))
BINARY(mul, WRAP(a, *, b))
BINARY(div, quotient(a, b))
BINARY(min, smaller(a, b))
BINARY(max, larger(a, b))

/* 0 where b is 0; b = -1 leaves nothing, and in C may overflow. */
DEVICE T rest_of(T a, T b) { return b == 0 || b == -1 ? 0 : a % b; }
DEVICE T remainder_of(T a, T b) {
    T rest = rest_of(a, b);
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

/* By squaring; with b below 0 without its fraction. */
DEVICE T power(T a, T b) {
    if (b < 0) {
        return a == 1 || (a == -1 && b % 2 == 0) ? 1 : (a == -1 ? -1 : 0);
    }
    UNSIGNED y = 1;
    UNSIGNED square = (UNSIGNED)a;
    for (T rest = b; rest != 0; rest >>= 1) {
        y *= (rest & 1) == 0 ? 1 : square;
        square *= square;
    }
    return (T)y;
}

BINARY(pow, power(a, b))
BINARY(fmod, rest_of(a, b))
BINARY(remainder, remainder_of(a, b))

#endif

COMPARE(equal, a == b)
COMPARE(not_equal, a != b)
COMPARE(less, a < b)
COMPARE(less_equal, a <= b)
COMPARE(greater, a > b)
COMPARE(greater_equal, a >= b)
