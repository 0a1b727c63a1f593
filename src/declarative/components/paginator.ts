/** How one page of a list leads to the next. */
import type { FieldPath, RequestOption } from './values.js';

export interface PageIncrement {
  readonly type: 'PageIncrement';
  readonly page_size: number;
  readonly start_from_page: number;
  readonly inject_on_first_request: true;
  readonly extensions?: {
    /** Where an answer says how many pages there are; reading stops there, never at a short page. */
    readonly page_count?: FieldPath;
    /** Where an answer says how many records there are. An estimate only: reading never stops by it. */
    readonly total?: FieldPath;
    /**
     * Where an answer names the next page: null means the end; if it is missing, reading goes on to an
     * empty page. What it says is never called.
     */
    readonly next_page?: FieldPath;
    /** Page size to go on with when the API refuses the larger one (HTTP 400). */
    readonly fallback_page_size?: number;
  };
}

export interface CursorPagination {
  readonly type: 'CursorPagination';
  readonly page_size: number;
  /** Where an answer holds the next token; null, missing, "" and "null" mean the end. */
  readonly cursor_value: { readonly response: FieldPath } | { readonly headers: string };
  readonly extensions?: {
    readonly total?: FieldPath;
    /**
     * The list might go on behind a page without the token's place (not even null): one that may be full, or cut, is
     * looked at twice, and one that speaks of more under another name is refused.
     */
    readonly required?: true;
  };
}

export interface DefaultPaginator {
  readonly type: 'DefaultPaginator';
  readonly pagination_strategy: PageIncrement | CursorPagination;
  readonly page_size_option: RequestOption;
  readonly page_token_option: RequestOption;
  readonly extensions?: {
    /** Another parameter that says the page size, where the vendor's sources disagree on its name; both are sent. */
    readonly page_size_alias?: string;
    /**
     * Taken up when an answer has no page count but this token: some vendors answer in cursor style
     * although pages were asked for.
     */
    readonly cursor_fallback?: {
      readonly pagination_strategy: CursorPagination;
      readonly page_token_option: RequestOption;
      readonly request_parameters: Readonly<Record<string, string>>;
    };
    /**
     * Taken up, from its first page, when the first answer has no token but one of these paths: where the vendor's sources disagree on how a list is paged.
     */
    readonly page_fallback?: {
      /** Any of these. */
      readonly when: readonly FieldPath[];
      /** Also at a full page. @default only at one of these paths, or at what speaks of more */
      readonly at_full_page?: boolean;
      readonly paginator: DefaultPaginator;
    };
  };
}

export interface NoPagination {
  readonly type: 'NoPagination';
}
