/* pack_bigrams.h -- how common pairs of ASCII bytes are in ordinary logs. */
#ifndef TW_PACK_BIGRAMS_H
#define TW_PACK_BIGRAMS_H

/** Element a * 128 + b: log2 of how often byte b follows byte a in a mebibyte of ordinary logs,
 * times four, rounded; 0: hardly ever. Made by scripts/make-bigrams. */
extern const unsigned char tw_pack_bigrams[128 * 128];

#endif
