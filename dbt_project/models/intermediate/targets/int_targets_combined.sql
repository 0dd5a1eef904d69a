with seeded as (
    select * from {{ ref('targets') }}
),

submitted as (
    select * from {{ ref('stg_targets') }}
),

submissions as (
    select * from {{ ref('int_submissions_current') }}
),

from_documents as (
    select
        org_unit_code,
        indicator_code,
        target_set,
        target_year,
        operator,
        value as target_value,
        is_qualitative,
        qualitative_word,
        threshold_workers as threshold,
        denominator,
        source,
        cast(null as string) as submission_id,
        cast(null as string) as source_sheet,
        cast(null as bigint) as source_row,
        0 as precedence,
        cast(null as string) as given_in
    from seeded
),

from_forms as (
    select
        submitted.unit_code as org_unit_code,
        submitted.indicator_code,
        submitted.target_set,
        submitted.target_year,
        case submitted.operator
            when 'gte' then '>='
            when 'gt' then '>'
            when 'eq' then '='
            when 'lte' then '<='
            when 'lt' then '<'
        end as operator,
        submitted.value as target_value,
        submitted.operator is null and submitted.value is null as is_qualitative,
        case when submitted.operator is null and submitted.value is null then submitted.note end
            as qualitative_word,
        submitted.threshold,
        cast(null as string) as denominator,
        submitted.decided_by as source,
        submitted.submission_id,
        submitted.source_sheet,
        submitted.source_row,
        1 as precedence,
        submitted.period as given_in
    from submitted
    inner join submissions on submitted.submission_id = submissions.submission_id
),

combined as (
    select * from from_documents
    union all
    select * from from_forms
),

-- The same target may be sent again a year later, or repeat a document: the document counts first, then the
-- newest form. Without this a sender could bring down the build with a second copy.
ranked as (
    select
        combined.*,
        row_number() over (
            partition by org_unit_code, indicator_code, target_set, target_year
            order by precedence asc, given_in desc, submission_id asc, source_row asc
        ) as rank_of_copy
    from combined
),

final as (
    select
        org_unit_code,
        indicator_code,
        target_set,
        target_year,
        operator,
        target_value,
        is_qualitative,
        qualitative_word,
        threshold,
        denominator,
        source,
        submission_id,
        source_sheet,
        source_row
    from ranked
    where rank_of_copy = 1
)

select * from final
